/**
 * A market for the local network: the small world's instruments at prices that tests move.
 *
 * @module
 */
import { DESK, VAULT, VENUE } from "../support/world.ts";
import { DESK_NORTH, VAULT_SOUTH } from "../support/localNetwork.ts";
import { buildTable } from "../../src/risk/table.ts";
import { parseMarket } from "../../src/risk/marketFile.ts";

/** As JSON holds it; tests change it at will. */
export interface MarketJson {
  epoch: number;
  asOf: number;
  notAfter: number;
  previous?: { epoch?: number; scanBps: Record<string, number> };
  underlyings: {
    name: string;
    group: string | null;
    stable?: boolean;
    sources: { name: string; price: string; time: number }[];
    closes: { last: string; values: number[] };
  }[];
  issuers: { id: number; name: string; kind: string; chain: string; capUsd: string | null; [field: string]: unknown }[];
  instruments: {
    type: string;
    issuer: number;
    serial: number;
    name: string;
    underlying: string;
    lot: string;
    [field: string]: unknown;
  }[];
  [field: string]: unknown;
}

export interface Prices {
  readonly btc?: number;
  readonly eth?: number;
  readonly usdc?: number;
}

const HISTORY = 400;
/** Closes that swing by about 3 % a day around a level, the same on every run. */
const closes = (level: number, phase: number): number[] =>
  Array.from({ length: HISTORY }, (_, i) => Math.round(level * (1 + 0.03 * Math.sin(i * 1.7 + phase)) * 100) / 100);

/** A market of an epoch, its prices taken at `asOf`. */
export function marketJson(
  epoch: number,
  asOf: number,
  { btc = 60_000, eth = 3_000, usdc = 1 }: Prices = {},
): MarketJson {
  const last = new Date((asOf - 86_400) * 1000).toISOString().slice(0, 10);
  const sources = (price: number): MarketJson["underlyings"][number]["sources"] =>
    [0.9999, 1, 1.0001].map((factor, i) => ({ name: `source-${i}`, price: (price * factor).toFixed(6), time: asOf }));
  const desk = (issuer: number, name: string, first: number): MarketJson["instruments"] => [
    { type: "credit", issuer, serial: first, name: `${name}:CREDIT`, underlying: "USD", lot: "1", cap: "1000000" },
    { type: "release", issuer, serial: first + 1, name: `${name}:RELEASE`, underlying: "USD", lot: "1" },
  ];
  const latency = { finalitySeconds: 15, relaySeconds: 60, queueSeconds: 0 };
  return {
    format: "plimsoll-market",
    version: 1,
    epoch,
    asOf,
    notAfter: asOf + 3_600,
    underlyings: [
      { name: "BTC", group: "BTC", sources: sources(btc), closes: { last, values: closes(60_000, 0) } },
      { name: "ETH", group: "ETH", sources: sources(eth), closes: { last, values: closes(3_000, 1) } },
      { name: "USDC", group: null, stable: true, sources: sources(usdc), closes: { last, values: [] } },
    ],
    issuers: [
      { id: VAULT, name: "vault-north", kind: "vault", chain: "north", capUsd: null, ...latency },
      { id: VENUE, name: "venue-south", kind: "venue", chain: "south", capUsd: "40000", ...latency },
      { id: DESK, name: "desk-south", kind: "desk", chain: "south", capUsd: "0", ...latency },
      { id: VAULT_SOUTH, name: "vault-south", kind: "vault", chain: "south", capUsd: null, ...latency },
      { id: DESK_NORTH, name: "desk-north", kind: "desk", chain: "north", capUsd: "0", ...latency },
    ],
    instruments: [
      {
        type: "token",
        issuer: VAULT,
        serial: 1,
        name: "vault-north:BTC",
        underlying: "BTC",
        lot: "0.01",
        haircutBps: 200,
        cap: "50",
      },
      {
        type: "token",
        issuer: VAULT,
        serial: 2,
        name: "vault-north:USDC",
        underlying: "USDC",
        lot: "1",
        haircutBps: 100,
        cap: "1000000",
      },
      {
        type: "perpetual",
        issuer: VENUE,
        serial: 1,
        name: "venue-south:BTC-PERP",
        underlying: "BTC",
        lot: "0.01",
        price: btc.toFixed(2),
      },
      {
        type: "future",
        issuer: VENUE,
        serial: 2,
        name: "venue-south:BTC-FUT",
        underlying: "BTC",
        lot: "0.01",
        price: btc.toFixed(2),
        expiry: asOf + 30 * 86_400,
      },
      { type: "cash", issuer: VENUE, serial: 3, name: "venue-south:USD", underlying: "USD", lot: "1" },
      {
        type: "perpetual",
        issuer: VENUE,
        serial: 5,
        name: "venue-south:ETH-PERP",
        underlying: "ETH",
        lot: "0.01",
        price: eth.toFixed(2),
      },
      ...desk(VENUE, "venue-south", 6),
      ...desk(DESK, "desk-south", 1),
      {
        type: "token",
        issuer: VAULT_SOUTH,
        serial: 1,
        name: "vault-south:USDC",
        underlying: "USDC",
        lot: "1",
        haircutBps: 100,
        cap: "1000000",
      },
      ...desk(DESK_NORTH, "desk-north", 1),
    ],
  };
}

/** The market that follows another: its scan ranges handed on, its dated future still the same one. */
export function followingJson(
  before: MarketJson,
  asOf: number,
  prices: Prices = {},
  epoch = before.epoch + 1,
): MarketJson {
  const { underlyings } = buildTable(parseMarket(before));
  const market = marketJson(epoch, asOf, prices);
  const expiry = before.instruments.find(({ type }) => type === "future")!["expiry"];
  return {
    ...market,
    instruments: market.instruments.map((instrument) =>
      instrument.type === "future" ? { ...instrument, expiry } : instrument,
    ),
    previous: {
      epoch: before.epoch,
      scanBps: Object.fromEntries(underlyings.map(({ name, scanBps }) => [name, scanBps])),
    },
  };
}
