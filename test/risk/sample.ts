import { readFileSync } from "node:fs";

/** Loosely typed: tests break it on purpose. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** A fresh copy of the sample market's JSON. */
export const sampleJson = (): Json =>
  JSON.parse(readFileSync(new URL("../../data/market.json", import.meta.url), "utf8"));

/** Index of an instrument by name in a market's JSON. */
export const indexOf = (market: Json, name: string): number => {
  const index = market.instruments.findIndex((instrument: Json) => instrument.name === name);
  if (index < 0) throw new Error(`no ${name} in the sample`);
  return index;
};
