// Keeps the page's state in the address, so that people can bookmark it, share it and go back to it.

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

/** Calls `show` with the parameters now, and after each change of the address. */
export function start(show) {
  shown = show;
  addEventListener("popstate", () => shown(current()));
  shown(current(), { isFirst: true });
}

/** Shows other parameters, or the same ones again. With `isReplacing`, the back button skips the current ones. */
export function go(parameters, { isReplacing = false } = {}) {
  const to = address(parameters);
  const { pathname, search } = new URL(to, location);
  if (isReplacing) history.replaceState(null, "", to);
  else if (pathname + search !== location.pathname + location.search) history.pushState(null, "", to);
  shown(current());
}
