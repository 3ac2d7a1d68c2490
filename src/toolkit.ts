/**
 * All of the toolkit that runs anywhere: risk, margin, account, statements, and reading and checking proofs. Needs
 * nothing of Node: import it as `plimsoll/toolkit` in a browser, beside `plimsoll/prove`. In Node, `plimsoll` has it too.
 *
 * @module
 */
export * as protocol from "./protocol.ts";
export * from "./errors.ts";

export { DEFAULT_PARAMETERS, parseParameters, type Parameters } from "./risk/parameters.ts";
export { parseMarket, readMarket } from "./risk/marketFile.ts";
export type { Market } from "./risk/market.ts";
export { buildBook } from "./risk/book.ts";
export { checkBook, decodeBook, encodeBook } from "./risk/bookFile.ts";
export { BookTree, type RiskBook, type RowOpening } from "./risk/tree.ts";
export { rowHash, type Row } from "./risk/row.ts";
export type { ChargePart, Greeks, ListedBook, Listing } from "./risk/listing.ts";

export { exposure, floats, requirement, type Exposure, type GroupRisk, type Margin, type Position } from "./margin.ts";
export { marginOf, split } from "./split.ts";
export { assertFloats } from "./worst.ts";
export { addPositions, parsePortfolio, parseTrades, readPortfolio, type ListedPosition, type Portfolio } from "./portfolio.ts";
export { marginReport, reportJson, type MarginReport } from "./report/marginReport.ts";
export { whatIf, type WhatIf } from "./report/whatIf.ts";
export { renderHtml } from "./report/html.ts";
export { renderTerminal } from "./report/terminal.ts";

export { Account, openingNullifier } from "./account/account.ts";
export { Exit } from "./account/exit.ts";
export { instrumentId, issuerOf, type Holding } from "./account/holdings.ts";
export {
  aliasOf, depositSalt, nextReadKey, ownerOf, randomSpendKey, readKeyAt, spendKeys, type ProveKeys, type SpendKeys,
} from "./account/keys.ts";
export { Note, dummyNullifier, noteLeaf, noteNullifier } from "./account/note.ts";
export { GrowingTree, NotesTree, type TreePath } from "./account/trees.ts";
export {
  committeeHash, committeeKeys, openReadKey, publicKey, randomScalar, type CommitteeKeys,
} from "./compliance/seal.ts";

export { exitStatement } from "./statements/exit.ts";
export { foldStatement, type FoldRequest, type FoldedNote } from "./statements/fold.ts";
export { lowerStatement, type LowerRequest, type Move } from "./statements/lower.ts";
export { solvencyStatement, type SolvencyRequest } from "./statements/solvency.ts";
export { proofRequest, type Statement } from "./statements/statement.ts";

export { packClaim, unpackClaim, type Claim } from "./prove/claim.ts";
export { contextSignal, type Context } from "./prove/context.ts";
export * from "./verify.ts";
