// The page: one form, its progress, and the result.
import { Problem, findSymbols, follow, submit, warmUp, withBacktest } from "./api.js";

const STAGES = {
  queued: [1, "Waiting for a free worker …"],
  ingesting: [2, "Fetching the prices …"],
  forecasting: [3, "Computing the forecast …"],
  done: [4, "Done."],
  failed: [4, "Stopped."],
};
const CHANCES = { 50: "1 in 2 (50%)", 80: "4 in 5 (80%)", 95: "19 in 20 (95%)" };
const SYMBOL = /^[A-Z][A-Z0-9.-]{0,9}$/;

const at = (id) => document.getElementById(id);
const form = at("form");
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

function complain(field, message) {
  at(`${field}-error`).textContent = message;
  at(field).setAttribute("aria-invalid", String(message !== ""));
}

/** The form's values; null, with the reasons shown and the first bad field focused, if they are bad. */
function entered() {
  const symbol = at("symbol").value.trim().toUpperCase();
  const days = Number(at("days").value);
  const goodSymbol = SYMBOL.test(symbol);
  const goodDays = at("days").value !== "" && Number.isInteger(days) && days >= 1 && days <= 3650;
  complain("symbol", goodSymbol ? "" : "Enter a ticker, for example AAPL or BRK.B.");
  complain("days", goodDays ? "" : "Enter a whole number of days from 1 to 3650.");
  if (goodSymbol && goodDays) return { symbol, days };
  at(goodSymbol ? "days" : "symbol").focus();
  return null;
}

function showStage({ status }) {
  const [step, text] = STAGES[status];
  at("bar").value = step;
  at("stage").textContent = text;
}

function showProblem(title, detail) {
  at("problem-title").textContent = title;
  at("problem-detail").textContent = detail;
  at("problem").hidden = false;
}

/** How old the newest price is, today: the answer itself may have been kept for a while. */
function age({ last_date: last }) {
  const days = Math.max(0, Math.floor((Date.now() - Date.parse(last)) / 86_400_000));
  return days === 0 ? "today" : days === 1 ? "1 day old" : `${days} days old`;
}

/** What a person should know about the prices before trusting the forecast. */
function notice(data, since) {
  const told = [];
  if (data.provider === "sample") told.push(`These are sample prices that end on ${data.last_date}, not today's.`);
  if (data.stale) told.push(`The provider cannot be reached: these are the last prices known, as of ${data.last_date}.`);
  const jumps = data.jumps.filter((day) => day >= since);
  if (jumps.length) told.push(`The price jumped without a split on ${jumps.join(", ")}; check it before you rely on this.`);
  return told.join(" ");
}

let latest = "";
/** Show the verdict when it is there, unless another result is shown by then. */
async function addBacktest(url) {
  const request = await withBacktest(url);
  if (request && latest === url) at("verdict").textContent = request.result.backtest.verdict;
}

function showResult(request, links) {
  const { result } = request;
  latest = links.self;
  at("message").textContent = result.message;
  at("verdict").textContent = result.backtest.verdict;
  if (result.backtest.status === "pending") addBacktest(links.self);
  at("target").textContent = result.target_date;
  const { data } = result;
  at("source").textContent =
    `${data.rows} daily prices from ${data.provider}, as of ${data.last_date} (${age(data)}). Model: ${result.model}.`;
  at("notice").textContent = notice(data, result.history.dates[0]);
  at("notice").hidden = at("notice").textContent === "";
  at("intervals").replaceChildren(
    ...Object.entries(result.intervals).map(([percent, bounds]) => {
      const row = document.createElement("tr");
      for (const text of [CHANCES[percent] ?? `${percent}%`, ...bounds.map((price) => dollars.format(price))]) {
        row.append(Object.assign(document.createElement("td"), { textContent: text }));
      }
      return row;
    }),
  );
  const chart = at("chart");
  chart.alt = `Chart of ${request.symbol}: past prices, the modelled line, and the ribbon of the forecast. ${result.message}`;
  chart.src = links.chart;
  at("table").href = `${links.self}/result.csv`;
  at("result").hidden = false;
  at("result").focus();
}

async function run({ symbol, days }) {
  for (const id of ["problem", "result"]) at(id).hidden = true;
  at("submit").disabled = true;
  at("progress").hidden = false;
  showStage({ status: "queued" });
  try {
    const { links } = await submit(symbol, days);
    const request = await follow(links.events, showStage);
    if (request.status === "failed") showProblem(request.error.title, request.error.detail);
    else showResult(request, links);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    for (const { field, message } of error.errors) {
      if (at(`${field}-error`)) complain(field, message);
    }
    showProblem(error.title, error.message);
  } finally {
    at("submit").disabled = false;
    at("progress").hidden = true;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = entered();
  if (wanted) run(wanted);
});
at("again").addEventListener("click", () => form.requestSubmit());

let asked = 0;
async function suggest() {
  const turn = (asked += 1);
  const found = await findSymbols(at("symbol").value).catch(() => []);
  if (turn !== asked) return;
  at("symbols").replaceChildren(
    ...found.filter(({ available }) => available).map(({ symbol, name }) => Object.assign(document.createElement("option"), { value: symbol, label: name })),
  );
}
at("symbol").addEventListener("change", () => {
  const symbol = at("symbol").value.trim().toUpperCase();
  if (SYMBOL.test(symbol)) warmUp(symbol);
});
at("symbol").addEventListener("input", suggest);
at("symbol").addEventListener("focus", suggest, { once: true });
