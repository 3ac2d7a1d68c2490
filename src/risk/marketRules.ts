/**
 * What the fields of a market file owe each other: order, references, which issuer may issue what. Each rule throws an
 * InputError naming the field.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { instrumentId } from "../protocol/instrument.ts";
import { TIERS } from "../protocol/constants.ts";
import {
  NUMERAIRE,
  dayEnd,
  type Instrument,
  type Issuer,
  type Market,
  type Option,
  type Underlying,
} from "./market.ts";

/** Kinds of issuer that may issue each type of instrument: collateral lies in vaults, positions at venues. */
const ISSUED_BY: Record<Instrument["type"], readonly Issuer["kind"][]> = {
  token: ["vault"],
  perpetual: ["venue"],
  future: ["venue"],
  option: ["venue"],
  cash: ["venue"],
  credit: ["desk", "venue"],
  release: ["desk", "venue"],
};

/** Throws an InputError for the first rule that `market` breaks. */
export function checkMarket(market: Market): void {
  if (market.notAfter <= market.asOf) throw new InputError("market.notAfter", "must be after asOf", market.notAfter);
  checkUnderlyings(market);
  const issuers = new Map<number, Issuer>();
  unique(
    market.issuers.map(({ name }) => name),
    "market.issuers",
    "name",
  );
  market.issuers.forEach((issuer, i) => {
    const path = `market.issuers[${i}]`;
    if (i > 0 && issuer.id <= market.issuers[i - 1]!.id) {
      throw new InputError(`${path}.id`, "issuers must ascend by id, each once", issuer.id);
    }
    if ((issuer.capUsd === null) !== (issuer.kind === "vault")) {
      throw new InputError(
        `${path}.capUsd`,
        "a venue or desk has a cap on its net value, a vault has none (null)",
        issuer.kind,
      );
    }
    issuers.set(issuer.id, issuer);
  });

  const underlyings = new Map(market.underlyings.map((underlying) => [underlying.name, underlying]));
  unique(
    market.instruments.map(({ name }) => name),
    "market.instruments",
    "name",
  );
  const instruments = new Map(market.instruments.map((instrument) => [instrument.name, instrument]));
  market.instruments.forEach((instrument, i) => {
    const path = `market.instruments[${i}]`;
    const before = market.instruments[i - 1];
    if (
      before !== undefined &&
      instrumentId(instrument.issuer, instrument.serial) <= instrumentId(before.issuer, before.serial)
    ) {
      throw new InputError(
        `${path}.serial`,
        "instruments must ascend by issuer and serial, each once",
        instrument.serial,
      );
    }
    const issuer = issuers.get(instrument.issuer);
    if (issuer === undefined)
      throw new InputError(`${path}.issuer`, "must be one of market.issuers", instrument.issuer);
    if (!ISSUED_BY[instrument.type].includes(issuer.kind)) {
      throw new InputError(`${path}.type`, `a ${issuer.kind} issues no such instrument`, instrument.type);
    }
    checkInstrument(instrument, path, underlyings, market.asOf);
    if (instrument.type === "option") checkForward(instrument, path, instruments);
    checkPair(instrument, before, market.instruments[i + 1], path);
  });
}

function checkUnderlyings(market: Market): void {
  const { underlyings } = market;
  unique(
    underlyings.map(({ name }) => name),
    "market.underlyings",
    "name",
  );
  const groups = underlyings.filter(({ group }) => group !== null);
  if (groups.length > TIERS.M.groups) {
    throw new InputError("market.underlyings", `at most ${TIERS.M.groups} may have a group`, groups.length);
  }
  const seen = new Set<string>();
  const last = underlyings.find(({ group }) => group !== null)?.closes.last;
  underlyings.forEach(({ name, group, stable, sources, closes }, i) => {
    const path = `market.underlyings[${i}]`;
    if (name === NUMERAIRE) throw new InputError(`${path}.name`, "is the unit of account and can't be declared", name);
    if (group !== null && seen.has(group)) throw new InputError(`${path}.group`, "a group is one underlying", group);
    if (group !== null) seen.add(group);
    if (stable && group !== null) throw new InputError(`${path}.group`, "a stable asset has no group (null)", group);
    unique(
      sources.map((source) => source.name),
      `${path}.sources`,
      "name",
    );
    sources.forEach((source, j) => {
      if (source.time > market.asOf)
        throw new InputError(`${path}.sources[${j}].time`, "must not be after asOf", source.time);
    });
    if (dayEnd(closes.last) > market.asOf) {
      throw new InputError(`${path}.closes.last`, "must be a day that is over at asOf", closes.last);
    }
    if (group !== null && closes.last !== last) {
      throw new InputError(`${path}.closes.last`, `histories of groups must end on the same day, ${last}`, closes.last);
    }
  });
  for (const name of Object.keys(market.previous?.scanBps ?? {})) {
    if (!underlyings.some((underlying) => underlying.name === name)) {
      throw new InputError(`market.previous.scanBps.${name}`, "must be one of market.underlyings");
    }
  }
}

function checkInstrument(
  instrument: Instrument,
  path: string,
  underlyings: ReadonlyMap<string, Underlying>,
  asOf: number,
): void {
  const cashLike = instrument.type === "cash" || instrument.type === "credit" || instrument.type === "release";
  const underlying = underlyings.get(instrument.underlying);
  if (underlying === undefined && !(cashLike && instrument.underlying === NUMERAIRE)) {
    throw new InputError(`${path}.underlying`, "must be one of market.underlyings", instrument.underlying);
  }
  // The pair of credit and release carries no charge, so nothing would stand for an asset's own risk outside a group.
  if (cashLike && underlying !== undefined && underlying.group === null && !underlying.stable) {
    throw new InputError(
      `${path}.underlying`,
      "cash and credit must be in USD, a stable asset or one with a group",
      underlying.name,
    );
  }
  if (instrument.type === "token" || instrument.type === "credit") {
    if (instrument.cap % instrument.lot !== 0n) throw new InputError(`${path}.cap`, "must be a whole number of lots");
  }
  if (instrument.type === "future" || instrument.type === "option") {
    if (instrument.expiry <= asOf && instrument.settlement === undefined && !instrument.dead) {
      throw new InputError(`${path}.expiry`, "is past: give its settlement value", instrument.expiry);
    }
  }
  if ("settlement" in instrument && instrument.settlement !== undefined && instrument.type === "token") {
    throw new InputError(`${path}.settlement`, "a token never expires");
  }
}

function checkForward(option: Option, path: string, instruments: ReadonlyMap<string, Instrument>): void {
  if ((option.future === undefined) === (option.forward === undefined)) {
    throw new InputError(`${path}.forward`, "an option names either a future or a forward price");
  }
  if (option.future === undefined) return;
  const future = instruments.get(option.future);
  if (future?.type !== "future" || future.underlying !== option.underlying || future.expiry !== option.expiry) {
    throw new InputError(
      `${path}.future`,
      "must be a dated future on the same underlying with the same expiry",
      option.future,
    );
  }
}

/** A release is the instrument after its credit, everywhere: contracts and wallets find it by adding one. */
function checkPair(
  instrument: Instrument,
  before: Instrument | undefined,
  after: Instrument | undefined,
  path: string,
): void {
  if (instrument.type === "credit") {
    if (
      after?.type !== "release" ||
      instrumentId(after.issuer, after.serial) !== instrumentId(instrument.issuer, instrument.serial) + 1
    ) {
      throw new InputError(`${path}.type`, "the next serial must be its release", instrument.name);
    }
  }
  if (instrument.type !== "release") return;
  if (
    before?.type !== "credit" ||
    instrumentId(before.issuer, before.serial) !== instrumentId(instrument.issuer, instrument.serial) - 1
  ) {
    throw new InputError(`${path}.type`, "the serial before must be its credit", instrument.name);
  }
  if (before.underlying !== instrument.underlying || before.lot !== instrument.lot) {
    throw new InputError(`${path}.lot`, "a release has its credit's underlying and lot", instrument.name);
  }
  if (before.dead !== instrument.dead) {
    throw new InputError(`${path}.dead`, "a release is dead with its credit, and not before", instrument.name);
  }
}

function unique(names: readonly string[], path: string, field: string): void {
  const seen = new Set<string>();
  names.forEach((name, i) => {
    if (seen.has(name)) throw new InputError(`${path}[${i}].${field}`, "must be unique", name);
    seen.add(name);
  });
}
