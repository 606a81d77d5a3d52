// The analyses, what each shows in one line, and its parameters.

const START = { name: "start", label: "From (optional)", type: "date" };
const END = { name: "end", label: "To (optional)", type: "date" };
const SHARES = { name: "nshares", label: "Shares", type: "number", min: 0.001, max: 1_000_000_000, step: "any", value: 10 };
const PRIOR = { name: "changepoint_prior", label: "Changepoint prior", type: "number", min: 0.0001, max: 100, step: "any", value: 0.05 };
const PRIORS = { name: "priors", label: "Changepoint priors (up to six)", type: "numbers", value: "0.001, 0.05, 0.1, 0.2" };
const YEARS = { name: "training_years", label: "Years of data", type: "number", min: 1, max: 10, step: 1, value: 3 };
const days = (value) => ({ name: "days", label: "Days ahead", type: "number", min: 1, max: 3650, step: 1, value });

export const KINDS = [
  {
    kind: "history",
    title: "History",
    line: "See prices, volume or daily changes over time, with highs and lows.",
    fields: [
      START,
      END,
      {
        name: "columns",
        label: "Show",
        type: "checks",
        value: ["adj_close"],
        choices: { adj_close: "Adjusted close", close: "Close", volume: "Volume", daily_change: "Daily change" },
      },
      { name: "plot_type", label: "Shown as", type: "choice", value: "basic", choices: { basic: "Values", pct: "Percent from the mean" } },
    ],
  },
  { kind: "buy_and_hold", title: "Buy and hold", line: "See what shares bought on one day were worth on another, with dividends reinvested.", fields: [START, END, SHARES] },
  { kind: "components", title: "Components", line: "See the parts of Prophet's line: trend, yearly and monthly patterns, with intervals.", fields: [days(30), PRIOR, YEARS] },
  { kind: "predict_future", title: "Days ahead", line: "See on which coming days Prophet's line rises or falls.", fields: [days(30), PRIOR, YEARS] },
  {
    kind: "evaluate",
    title: "Evaluate",
    line: "Fit Prophet before a range of dates and compare it with what happened. Add shares to play the trading game.",
    fields: [START, END, { ...SHARES, label: "Shares to trade (optional)", value: "", isOptional: true }, PRIOR, YEARS],
  },
  {
    kind: "changepoints",
    title: "Changepoints",
    line: "See where the trend turned most. Add a CSV from Google Trends to see whether searches lead the price.",
    fields: [PRIOR, YEARS, { name: "interest_csv", label: "Search interest (CSV, optional)", type: "file", isOptional: true }],
  },
  { kind: "prior_analysis", title: "Priors", line: "See how closely Prophet's line follows the past for each prior, and what it then forecasts.", fields: [days(180), PRIORS, YEARS] },
  { kind: "prior_validation", title: "Prior validation", line: "Find the prior that would have worked best, by its errors before and within a range of dates.", fields: [START, END, PRIORS, YEARS] },
];

export const kindOf = (name) => KINDS.find(({ kind }) => kind === name) ?? KINDS[0];
