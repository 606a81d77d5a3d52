// Zooming and the cursor: by wheel, finger and keys. Dragging with the mouse is uPlot's own.

const IN = 0.8;
const FEWEST_POINTS = 8;
const SAME_SCROLL_MS = 300;

/** The narrowest view: a few points wide. */
const least = (u) => (FEWEST_POINTS * (u.data[0].at(-1) - u.data[0][0])) / u.data[0].length;

function zoom(u, full, factor, centre) {
  const { min, max } = u.scales.x;
  const span = Math.min(full.max - full.min, Math.max(least(u), (max - min) * factor));
  const share = (centre - min) / (max - min || 1);
  const from = Math.min(Math.max(full.min, centre - share * span), full.max - span);
  u.setScale("x", { min: from, max: from + span });
}

let scrolledAt = -Infinity; // the page, by a wheel that began elsewhere
addEventListener(
  "wheel",
  (event) => {
    if (!event.target.closest?.(".u-over")) scrolledAt = performance.now();
  },
  { passive: true, capture: true },
);

/** The wheel zooms around the pointer; a scroll of the page that comes past goes on, and so does one that cannot zoom. */
export function byWheel(u, full) {
  u.over.addEventListener(
    "wheel",
    (event) => {
      const now = performance.now();
      if (now - scrolledAt < SAME_SCROLL_MS) {
        scrolledAt = now;
        return;
      }
      const { min, max } = u.scales.x;
      const isOut = event.deltaY > 0;
      if (isOut ? max - min >= full.max - full.min : max - min <= least(u) * 1.001) return;
      event.preventDefault();
      const centre = u.posToVal(event.clientX - u.over.getBoundingClientRect().left, "x");
      zoom(u, full, isOut ? 1 / IN : IN, centre);
    },
    { passive: false },
  );
}

/** A finger moves the cursor; across the page it scrolls. */
export function byTouch(u) {
  u.over.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") return;
    const box = u.over.getBoundingClientRect();
    u.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
  });
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -21, PageDown: 21 };

export function byKeys(u, host, full, signal) {
  const put = (index) => {
    const x = u.data[0][index];
    const { min, max } = u.scales.x;
    if (x < min || x > max) {
      const from = Math.min(Math.max(full.min, x - (max - min) / 2), full.max - (max - min));
      u.setScale("x", { min: from, max: from + (max - min) });
    }
    // A scale is set with the next drawing; the cursor then has to stand on it.
    queueMicrotask(() => u.setCursor({ left: u.valToPos(x, "x"), top: u.over.clientHeight / 2 }));
  };
  const first = () => Math.max(0, u.data[0].findIndex((x) => x >= u.scales.x.min));
  const last = () => u.data[0].findLastIndex((x) => x <= u.scales.x.max);
  const pressed = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = u.cursor.idx ?? last();
    const centre = u.data[0][index];
    if (event.key in STEPS) put(Math.min(u.data[0].length - 1, Math.max(0, index + STEPS[event.key])));
    else if (event.key === "Home") put(first());
    else if (event.key === "End") put(last());
    else if (event.key === "+" || event.key === "=") zoom(u, full, IN, centre);
    else if (event.key === "-") zoom(u, full, 1 / IN, centre);
    else if (event.key === "0") u.setScale("x", full);
    else return;
    event.preventDefault();
  };
  host.addEventListener("keydown", pressed, { signal });
}
