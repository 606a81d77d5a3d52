// Explains that a known ticker has no data here, and how to add it.
import { todaysPrices } from "../api/sources.js";
import { command } from "./copyable.js";

export const withoutData = ({ symbol, name }) => [`${name || symbol}: add a data source to forecast it. `, command(todaysPrices()[0])];
