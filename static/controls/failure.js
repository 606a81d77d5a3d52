// What went wrong, and what to do about it.
import { Problem, findSymbols } from "../api/client.js";
import { element } from "../page/element.js";

export const isUnknownSymbol = ({ type = "" }) => type.endsWith("/unknown-symbol");

function advice(problem) {
  const { status, retryAfterS } = problem;
  if (status === 0) return "Check your connection, then try again. What you asked for is still in the form.";
  if (isUnknownSymbol(problem)) return "Check the spelling, or choose a ticker from the list that opens as you type.";
  if (status === 409 || status === 422) return "Change what is named above, then try again.";
  if (status === 429) return retryAfterS ? `Wait ${retryAfterS} seconds, then try again.` : "Wait a minute, then try again.";
  return "This may pass. Try again in a moment; if it stays, the operator’s logs say more.";
}

/**
 * A card about `problem`: a Problem, the `error` of a failed request, or an error of the page itself,
 * which the console is told as well. `again` is called to try again.
 */
export function failure(problem, again) {
  const shown = problem instanceof Problem ? problem : new Problem(ownOf(problem));
  return element(
    "section.card.failure",
    { role: "alert" },
    element("h2", {}, shown.title),
    element("p", {}, shown.message),
    element("p", {}, advice(shown)),
    element("p", {}, element("button", { type: "button", click: again }, "Try again")),
  );
}

function ownOf(problem) {
  if (!(problem instanceof Error)) return problem;
  reportError(problem);
  return { title: "The page has failed", detail: `${problem.message}. Reload it.`, status: 500 };
}

const MOST_OFFERED = 3;

/** Offer, below the failure `card`, tickers that were perhaps meant by `text`. */
export async function offerMeant(card, text, choose) {
  const found = (await findSymbols(text).catch(() => [])).filter(({ available, symbol }) => available && symbol !== text);
  if (!found.length || !card.isConnected) return;
  const chips = found.slice(0, MOST_OFFERED).map(({ symbol, name }) => element("button", { type: "button", click: () => choose(symbol) }, `${symbol}, ${name}`));
  card.append(element("div.chips", { role: "group", "aria-label": "Tickers you may have meant" }, element("span", {}, "Did you mean"), chips));
}
