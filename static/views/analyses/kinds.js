// The analyses there are, what each tells in one line, and the parameters it takes.

const START = { name: "start", label: "From (optional)", type: "date" };
const END = { name: "end", label: "To (optional)", type: "date" };
const SHARES = { name: "nshares", label: "Shares", type: "number", min: 0.001, max: 1_000_000_000, step: "any", value: 10 };
const PRIOR = { name: "changepoint_prior", label: "Changepoint prior", type: "number", min: 0.0001, max: 100, step: "any", value: 0.05 };
const PRIORS = { name: "priors", label: "Changepoint priors, up to six", type: "numbers", value: "0.001, 0.05, 0.1, 0.2" };
const YEARS = { name: "training_years", label: "Years to learn from", type: "number", min: 1, max: 10, step: 1, value: 3 };
const days = (value) => ({ name: "days", label: "Days ahead", type: "number", min: 1, max: 3650, step: 1, value });

export const KINDS = [
  {
    kind: "history",
    title: "History",
    line: "Prices, volume or daily changes over time, with their extremes.",
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
      { name: "plot_type", label: "As", type: "choice", value: "basic", choices: { basic: "Values", pct: "Percent off the mean" } },
    ],
  },
  { kind: "buy_and_hold", title: "Buy and hold", line: "What shares bought on one day have brought by another, dividends reinvested.", fields: [START, END, SHARES] },
  { kind: "components", title: "Components", line: "What Prophet’s line is made of: trend, yearly and monthly parts, with intervals.", fields: [days(30), PRIOR, YEARS] },
  { kind: "predict_future", title: "Days ahead", line: "On which coming days Prophet’s line goes up, and on which down.", fields: [days(30), PRIOR, YEARS] },
  {
    kind: "evaluate",
    title: "Evaluate",
    line: "Prophet, fitted before a range of dates, held against what came. With shares: the trading game.",
    fields: [START, END, { ...SHARES, label: "Shares to play with", value: "", isOptional: true }, PRIOR, YEARS],
  },
  {
    kind: "changepoints",
    title: "Changepoints",
    line: "Where the trend turned most. With a CSV that Google Trends exports: whether searches run ahead of the price.",
    fields: [PRIOR, YEARS, { name: "interest_csv", label: "Search interest (CSV, optional)", type: "file", isOptional: true }],
  },
  { kind: "prior_analysis", title: "Priors", line: "How closely the line follows the past, prior by prior, and what each then forecasts.", fields: [days(180), PRIORS, YEARS] },
  { kind: "prior_validation", title: "Prior validation", line: "Which prior would have been best: errors in training and in a range of dates after it.", fields: [START, END, PRIORS, YEARS] },
];

export const kindOf = (name) => KINDS.find(({ kind }) => kind === name) ?? KINDS[0];
