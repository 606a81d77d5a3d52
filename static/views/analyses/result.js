// An analysis' answer: a sentence, notes, figures, charts, a table, downloads.
import { kindOf } from "./kinds.js";
import { downloadLinks, copyLink } from "../../controls/downloads.js";
import { described, element } from "../../page/element.js";
import { age, finePercent, isIsoDate, moneyOf, number, shortDate, withDates } from "../../page/format.js";
import { banner, dataNotes, oldPrices, providerName, sampleData } from "../../controls/data_told.js";
import { panelChart } from "../../charts/panel_chart.js";
import { foldedTable } from "../../controls/folded_table.js";

const FEW_ROWS = 14;
const FRACTIONS = /return$|drawdown$|volatility$|^accuracy|inside/;
const MONEY = /(close|daily_change)(_(minimum|maximum|current))?$|profit|value|invested|estimate|^low$|^high$|^trend$|slope|noise|error|swing|range$|actual|predicted|^change$|price/;
const LABELS = { nshares: "Shares", interest_term: "Searched for", interest_periods: "Periods compared" };

export function label(name) {
  const words = LABELS[name] ?? name.replace(/_percent$/, "").replaceAll("_", " ").replace("adj close", "adjusted close");
  return words[0].toUpperCase() + words.slice(1);
}

export function written(name, value, { price }) {
  if (value === null || value === undefined) return "–";
  if (isIsoDate(value)) return shortDate(value);
  if (typeof value !== "number") return String(value);
  if (FRACTIONS.test(name)) return finePercent(value);
  if (name.endsWith("_percent")) return finePercent(value / 100);
  if (MONEY.test(name)) return price(value);
  return number(value);
}

/** A server's sentence, with dates in the reader's format and with the analyses' titles. */
const told = (text) => withDates(text).replace(/`(\w+)`/g, (_, kind) => `“${kindOf(kind).title}”`);

/** Fills `place`. `destroy` cleans up. */
export function show(place, { request, links }) {
  const { result, symbol, kind } = request;
  const money = moneyOf(result);
  const panels = result.panels.map((panel) => panelChart(panel, money));
  const { columns, rows } = result.table;
  const unit = columns.indexOf("unit");
  const name = (row, at) => (row[unit] === "percent" && typeof row[at] === "number" ? `${columns[at]}_percent` : columns[at]);
  const cells = () => rows.map((row) => row.map((cell, at) => written(name(row, at), cell, money)));
  place.append(
    element(
      "section.answer",
      { "aria-labelledby": "analysis-message" },
      element("h2.sentence.analysed", { id: "analysis-message", tabindex: "-1" }, told(result.message)),
      result.notes.length > 0 && element("ul.notes", {}, result.notes.map((note) => element("li", {}, told(note)))),
      caveat(result.data),
      figures(result.figures, money),
      panels.map(({ figure }) => figure),
      rows.length > 0 && foldedTable(`${number(rows.length)} row${rows.length === 1 ? "" : "s"} as a table`, columns.map(label), cells, { isOpen: rows.length <= FEW_ROWS }),
      dataNotes(result.data.notes ?? []),
      source(result.data),
      element("div.keep", {}, copyLink(), downloadLinks(`${symbol}-${kind}`, links)),
    ),
  );
  panels.forEach(({ draw }) => draw());
  return { destroy: () => panels.forEach(({ destroy }) => destroy()) };
}

/** Each figure with its name and, if it has one, its date. */
function figures(all, money) {
  const names = Object.keys(all).filter((name) => !(name.endsWith("_date") && name.slice(0, -"_date".length) in all));
  const dayOf = (name) => all[`${name}_date`] && element("small", {}, shortDate(all[`${name}_date`]));
  return described("dl.figures", names.map((name) => [label(name), [written(name, all[name], money), dayOf(name)]]));
}

function source({ provider, rows, last_date: last }) {
  return element("p.source", {}, `Based on ${number(rows)} daily prices up to ${shortDate(last)} (${age(last)}), from ${providerName(provider)}.`);
}

const caveat = (data) => (data.stale && banner(...oldPrices(data))) || (data.provider === "sample" && banner(...sampleData(data)));
