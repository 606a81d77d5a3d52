// Zooms and moves the cursor with Ctrl and wheel, touch and keys. uPlot itself handles mouse drags.
import { read, write } from "../page/storage.js";

const IN = 0.8;
const FEWEST_POINTS = 8;
const HINT_MS = 2_500;
const HINT = `Hold ${/Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl"} and scroll to zoom, or drag across the chart.`;

/** The narrowest view: a few points wide. */
const least = (u) => (FEWEST_POINTS * (u.data[0].at(-1) - u.data[0][0])) / u.data[0].length;

function zoom(u, full, factor, center) {
  const { min, max } = u.scales.x;
  const span = Math.min(full.max - full.min, Math.max(least(u), (max - min) * factor));
  const share = (center - min) / (max - min || 1);
  const from = Math.min(Math.max(full.min, center - share * span), full.max - span);
  u.setScale("x", { min: from, max: from + span });
}

/** The wheel scrolls the page. With Ctrl or Cmd (or a pinch on a trackpad), it zooms around the pointer. */
export function byWheel(u, full, zoomed, hint) {
  u.over.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return showOnce(hint);
      event.preventDefault();
      const center = u.posToVal(event.clientX - u.over.getBoundingClientRect().left, "x");
      zoom(u, full, event.deltaY > 0 ? 1 / IN : IN, center);
      return zoomed();
    },
    { passive: false },
  );
}

/** When someone first scrolls over a chart, it says how to zoom. */
function showOnce(hint) {
  if (read("zoom-hint", false)) return;
  write("zoom-hint", true);
  hint.textContent = HINT;
  setTimeout(() => (hint.textContent = ""), HINT_MS);
}

/** One finger moves the cursor, or scrolls if it moves up or down. Two fingers zoom. */
export function byTouch(u, full, zoomed) {
  const fingers = new Map();
  const gap = () => {
    const [one, other] = [...fingers.values()];
    return Math.max(1, Math.abs(one - other));
  };
  u.over.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, event.clientX);
  });
  for (const kind of ["pointerup", "pointercancel", "pointerleave"]) u.over.addEventListener(kind, ({ pointerId }) => fingers.delete(pointerId));
  u.over.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") return;
    const box = u.over.getBoundingClientRect();
    if (fingers.size !== 2 || !full) {
      u.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
      return;
    }
    const before = gap();
    fingers.set(event.pointerId, event.clientX);
    const [one, other] = [...fingers.values()];
    zoom(u, full, before / gap(), u.posToVal((one + other) / 2 - box.left, "x"));
    zoomed();
  });
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -21, PageDown: 21 };

export function byKeys(u, host, full, { signal, zoomed, reset }) {
  const put = (index) => {
    const x = u.data[0][index];
    const { min, max } = u.scales.x;
    if (x < min || x > max) {
      const from = Math.min(Math.max(full.min, x - (max - min) / 2), full.max - (max - min));
      u.setScale("x", { min: from, max: from + (max - min) });
    }
    // uPlot sets the scale with the next drawing. Only then can the cursor use it.
    queueMicrotask(() => u.setCursor({ left: u.valToPos(x, "x"), top: u.over.clientHeight / 2 }));
  };
  const first = () => Math.max(0, u.data[0].findIndex((x) => x >= u.scales.x.min));
  const last = () => u.data[0].findLastIndex((x) => x <= u.scales.x.max);
  const zoomBy = (factor, center) => {
    zoom(u, full, factor, center);
    zoomed();
  };
  const pressed = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = u.cursor.idx ?? last();
    const center = u.data[0][index];
    if (event.key in STEPS) put(Math.min(u.data[0].length - 1, Math.max(0, index + STEPS[event.key])));
    else if (event.key === "Home") put(first());
    else if (event.key === "End") put(last());
    else if (event.key === "+" || event.key === "=") zoomBy(IN, center);
    else if (event.key === "-") zoomBy(1 / IN, center);
    else if (event.key === "0") reset();
    else return;
    event.preventDefault();
  };
  host.addEventListener("keydown", pressed, { signal });
}
