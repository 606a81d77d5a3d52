// What is shown is in the address, so that it can be kept, shared, and gone back to.

export const VIEWS = ["forecast", "watch-list", "compare", "analyses"];

/** The address's parameters, `view` among them. */
export function current() {
  const parameters = Object.fromEntries(new URLSearchParams(location.search));
  return { ...parameters, view: VIEWS.includes(parameters.view) ? parameters.view : "forecast" };
}

function address(parameters) {
  const given = Object.entries(parameters).filter(([name, value]) => value !== "" && value !== null && value !== undefined && !(name === "view" && value === "forecast"));
  const query = new URLSearchParams(given).toString();
  return query ? `./?${query}` : "./";
}

let shown = () => {};

/** `show` is called with the parameters at each change of the address, and once now. */
export function start(show) {
  shown = show;
  addEventListener("popstate", () => shown(current()));
  shown(current(), { isFirst: true });
}

/** Show other parameters, or the same anew; `isReplacing` where going back to the present ones leads nowhere. */
export function go(parameters, { isReplacing = false } = {}) {
  const to = address(parameters);
  const { pathname, search } = new URL(to, location);
  if (isReplacing) history.replaceState(null, "", to);
  else if (pathname + search !== location.pathname + location.search) history.pushState(null, "", to);
  shown(current());
}
