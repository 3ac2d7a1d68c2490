/**
 * All of the toolkit that runs anywhere: risk, margin, account, statements, and reading and checking proofs. Needs
 * nothing of Node: import it as `plimsoll/toolkit` in a browser, beside `plimsoll/prove`. In Node, `plimsoll` has it too.
 *
 * @module
 */
export * as protocol from "./protocol/constants.ts";
export * from "./base/errors.ts";

export { DEFAULT_PARAMETERS, parseParameters, type Parameters } from "./risk/parameters.ts";
export { parseMarket, readMarket } from "./risk/marketFile.ts";
export type { Market } from "./risk/market.ts";
export { buildTable } from "./risk/table.ts";
export { checkTable, decodeTable, encodeTable } from "./risk/tableFile.ts";
export { TableTree, type RiskTable, type RowOpening } from "./risk/tree.ts";
export { rowHash, type Row } from "./risk/row.ts";
export type { ChargePart, Greeks, ListedTable, Listing } from "./risk/listing.ts";

export {
  exposure,
  isCovered,
  requirement,
  type Exposure,
  type GroupRisk,
  type Margin,
  type Position,
} from "./margin/rule.ts";
export { marginOf, chooseOffsets } from "./margin/offsets.ts";
export { assertCovered } from "./margin/worst.ts";
export {
  addPositions,
  parsePortfolio,
  parseTrades,
  readPortfolio,
  type ListedPosition,
  type Portfolio,
} from "./margin/portfolio.ts";
export { marginReport, reportJson, type MarginReport } from "./margin/report/marginReport.ts";
export { whatIf, type WhatIf } from "./margin/report/whatIf.ts";
export { renderHtml } from "./margin/report/html.ts";
export { renderTerminal } from "./margin/report/terminal.ts";

export { Account, openingNullifier } from "./account/account.ts";
export { Exit } from "./account/exit.ts";
export type { Holding } from "./account/holdings.ts";
export { instrumentId, issuerOf } from "./protocol/instrument.ts";
export {
  aliasOf,
  depositSalt,
  nextReadKey,
  ownerOf,
  randomSpendKey,
  readKeyAt,
  spendKeys,
  type ProveKeys,
  type SpendKeys,
} from "./account/keys.ts";
export { Note, dummyNullifier, noteLeaf, noteNullifier } from "./account/note.ts";
export { GrowingTree, NotesTree, type TreePath } from "./account/trees.ts";
export {
  committeeHash,
  committeeKeys,
  openReadKey,
  publicKey,
  randomScalar,
  type CommitteeKeys,
} from "./committee/ciphertext.ts";

export { exitStatement } from "./statements/exit.ts";
export { receiveStatement, type ReceiveRequest } from "./statements/receive.ts";
export type { ReceivableNote } from "./statements/receive.ts";
export { spendStatement, type SpendRequest, type Move } from "./statements/spend.ts";
export { solvencyStatement, type SolvencyRequest } from "./statements/solvency.ts";
export { decodeRequest, encodeRequest } from "./statements/requestFile.ts";
export { proofRequest, type Statement } from "./statements/statement.ts";

export { packClaim, unpackClaim, type Claim } from "./protocol/claim.ts";
export { contextSignal, type Context } from "./protocol/context.ts";
export * from "./verify.ts";
