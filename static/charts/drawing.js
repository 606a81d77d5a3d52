// Draws a chart's marked days and the labels at its right end.
import { color, font, widthOf } from "./pen.js";

/** Marked days: a line, and a triangle that points up or down. */
export function drawMarks(u, marks) {
  const { ctx, bbox } = u;
  const px = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { x, up, isQuiet } of marks) {
    const left = u.valToPos(x, "x", true);
    ctx.strokeStyle = color(isQuiet ? "line" : "faint")();
    ctx.setLineDash([3 * px, 3 * px]);
    ctx.lineWidth = px;
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    if (up === undefined) continue;
    const [tip, foot] = up ? [bbox.top + 2 * px, bbox.top + 11 * px] : [bbox.top + 11 * px, bbox.top + 2 * px];
    ctx.fillStyle = color(up ? "accent" : "series-2")();
    ctx.beginPath();
    ctx.moveTo(left, tip);
    ctx.lineTo(left - 5 * px, foot);
    ctx.lineTo(left + 5 * px, foot);
    ctx.fill();
  }
  ctx.restore();
}


const GAP_PX = 8;
const LINE_PX = 14;
const weightOf = ({ isMain }) => (isMain ? 650 : 400);

/** The room that labels at the right end need. Each has a `text`, a `y`, a `tint`, and can be the main one. */
export function widthOfLabels(u, labels) {
  return GAP_PX + 2 + Math.ceil(Math.max(...labels.map((label) => widthOf(u, label.text, weightOf(label)))));
}

/** Labels beside their values, moved apart if they would overlap. Draws none if the end is not in view. */
export function drawLabels(u, labels) {
  const { ctx, bbox } = u;
  const px = devicePixelRatio;
  if (!labels.length || u.scales.x.max < u.data[0].at(-1)) return;
  const placed = labels.map((label) => ({ ...label, top: u.valToPos(label.y, "y", true) })).sort((one, other) => one.top - other.top);
  for (let at = 1; at < placed.length; at += 1) placed[at].top = Math.max(placed[at].top, placed[at - 1].top + LINE_PX * px);
  // So far, labels only moved down. Center them on their values again.
  const middle = placed[Math.floor(placed.length / 2)];
  const off = middle.top - u.valToPos(middle.y, "y", true);
  ctx.save();
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const label of placed) {
    ctx.font = font(weightOf(label)).replace("12px", `${12 * px}px`);
    ctx.fillStyle = color(label.tint)();
    ctx.fillText(label.text, bbox.left + bbox.width + GAP_PX * px, label.top - off);
  }
  ctx.restore();
}
