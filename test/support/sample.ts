/**
 * The sample market and portfolios of data/, built once.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { readPortfolio, type Portfolio } from "../../src/portfolio.ts";
import { buildBook } from "../../src/risk/book.ts";
import { readMarket } from "../../src/risk/marketFile.ts";

const read = (name: string): string => readFileSync(new URL(`../../data/${name}`, import.meta.url), "utf8");

export const sampleBook = buildBook(readMarket(read("market.json")));
export const samplePortfolioText = read("portfolio.json");
/** One that floats, and one that is short of initial margin. */
export const samplePortfolio: Portfolio = readPortfolio(samplePortfolioText, sampleBook);
export const shortPortfolio: Portfolio = readPortfolio(read("portfolio-short.json"), sampleBook);
