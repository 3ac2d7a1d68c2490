/**
 * The sample market and portfolios of data/, built once.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { readPortfolio, type Portfolio } from "../../src/margin/portfolio.ts";
import { buildTable } from "../../src/risk/table.ts";
import { readMarket } from "../../src/risk/marketFile.ts";

const read = (name: string): string => readFileSync(new URL(`../../data/${name}`, import.meta.url), "utf8");

export const sampleTable = buildTable(readMarket(read("market.json")));
export const samplePortfolioText = read("portfolio.json");
/** One that is covered, and one that is short of initial margin. */
export const samplePortfolio: Portfolio = readPortfolio(samplePortfolioText, sampleTable);
export const shortPortfolio: Portfolio = readPortfolio(read("portfolio-short.json"), sampleTable);
