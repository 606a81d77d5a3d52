// The look of chart lines and texts, in the page's colors.

/** A page color by name. It is a function, so that each drawing uses the current theme. */
export const color = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export const line = (label, stroke, options = {}) => ({ label, stroke: color(stroke), width: 1.5, points: { show: false }, spanGaps: false, ...options });
/** The edge of a ribbon. It is invisible. */
export const edge = (label, options = {}) => ({ label, stroke: "transparent", width: 0, points: { show: false }, ...options });

export const font = (weight = 400) => `${weight} 12px ${getComputedStyle(document.body).fontFamily}`;

export function widthOf(u, text, weight) {
  u.ctx.save();
  u.ctx.font = font(weight);
  const { width } = u.ctx.measureText(text);
  u.ctx.restore();
  return width;
}
