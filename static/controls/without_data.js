// What is said of a ticker that is known but has no data here, and how to bring it.
import { element } from "../page/element.js";
import { command } from "./copyable.js";

export const COMMANDS = ["make run PROVIDERS=yahoo", "make run TIINGO_API_KEY=your-key"];

export const withoutData = ({ symbol, name }) => [`${name || symbol}: add a data source to forecast it. `, command(COMMANDS[0])];
