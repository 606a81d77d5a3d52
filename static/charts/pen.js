// How lines and texts of charts look, in the page's colors.

/** A color of the page by name; as a function, so that each drawing takes it from the present theme. */
export const color = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export const line = (label, stroke, options = {}) => ({ label, stroke: color(stroke), width: 1.5, points: { show: false }, spanGaps: false, ...options });
/** The edge of a ribbon: it is not drawn itself. */
export const edge = (label, options = {}) => ({ label, stroke: "transparent", width: 0, points: { show: false }, ...options });

export const font = (weight = 400) => `${weight} 12px ${getComputedStyle(document.body).fontFamily}`;

export function widthOf(u, text, weight) {
  u.ctx.save();
  u.ctx.font = font(weight);
  const { width } = u.ctx.measureText(text);
  u.ctx.restore();
  return width;
}
