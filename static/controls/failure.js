// Says what went wrong, and what to do about it.
import { Problem, findSymbols } from "../api/client.js";
import { element, withCode } from "../page/element.js";

export const isUnknownSymbol = ({ type = "" }) => type.endsWith("/unknown-symbol");

function advice(problem) {
  const { status, retryAfterS } = problem;
  if (status === 0) return "Check your connection, then try again. The form still has what you entered.";
  if (isUnknownSymbol(problem)) return "Check the spelling, or type a company name and pick it from the list.";
  if (status === 409 || status === 422) return "Change what is named above, then try again.";
  if (status === 429) return retryAfterS ? `Wait ${retryAfterS} seconds, then try again.` : "Wait a minute, then try again.";
  return "Try again in a moment. If it keeps failing, look at the server's logs.";
}

/**
 * A card about `problem`: a Problem, the `error` of a failed request, or an error of the page itself.
 * The page also logs its own errors to the console. The card calls `again` to try again.
 */
export function failure(problem, again) {
  const shown = shownOf(problem);
  return element(
    "section.card.failure",
    { role: "alert" },
    element("h2", {}, shown.title),
    element("p", {}, withCode(shown.message)),
    element("p.advice", {}, advice(shown)),
    element("p", {}, element("button", { type: "button", click: again }, "Try again")),
  );
}

/** The problem in one sentence, if one of several requests failed. */
export function reasonOf(problem) {
  const { title, message } = shownOf(problem);
  return message || `${title}.`;
}

const shownOf = (problem) => (problem instanceof Problem ? problem : new Problem(ownOf(problem)));

function ownOf(problem) {
  if (!(problem instanceof Error)) return problem;
  reportError(problem);
  return { title: "The page failed", detail: `${problem.message}. Reload the page.`, status: 500 };
}

const MOST_OFFERED = 3;

/** Below the failure `card`, offers tickers that `text` may mean, or says that its prices are missing. */
export async function offerMeant(card, problem, text, choose) {
  const found = problem.suggestions?.length ? problem.suggestions : await findSymbols(text).catch(() => []);
  if (!card.isConnected) return;
  const same = found.find(({ symbol, available }) => symbol === text && available === false);
  if (same) {
    card.querySelector("h2").textContent = `No prices of ${text}`;
    return card.querySelector(".advice").remove();
  }
  const others = found.filter(({ available = true, symbol }) => available && symbol !== text).slice(0, MOST_OFFERED);
  if (!others.length) return undefined;
  const chips = others.map(({ symbol, name }) => element("button", { type: "button", click: () => choose(symbol) }, `${symbol}, ${name}`));
  return card.append(element("div.chips", { role: "group", "aria-label": "Suggestions" }, element("span", {}, "Did you mean"), chips));
}
