pragma circom 2.2.0;

include "lib/account.circom";
include "lib/table.circom";
include "lib/exit.circom";
include "lib/holdings.circom";
include "lib/keys.circom";
include "lib/margin.circom";
include "lib/ranges.circom";

/**
 * @title  Spend
 * @notice oldCommitment becomes newCommitment by one of four moves, which nobody but its owner can tell apart from the
 *         proof except that the first has an exit leaf.
 *           collateral  −lots, to ≥ 0, against exitLeaf
 *           credit      −lots, to a net debt of at most the row's cap: a debt is booked, and its release has a place
 *           pair        credit and its release, which sum to 0, are dropped
 *           dead        a holding whose row is dead is dropped
 *         The release of credit instrument c is c + 1. After the first two the account is covered on tableRoot at
 *         `coverage`, unless nothing but collateral ≥ 0 is left: that owes nothing. The last two change neither E nor R, so an account
 *         that is short can still make room. Moves that no newer table could forbid may say `onAnyTable`.
 */
template Spend(nHoldings, nGroups, tableLevels, tableCap, treeDepth, nNotes) {
    // ── PUBLIC ───────────────────────────────────────────────────────────────────────────────────────────────────────
    signal input oldCommitment;
    signal input newCommitment;
    signal input tableRoot;
    signal input exitLeaf;                               // 0 unless collateral leaves
    signal input claim;                                  // coverage and onAnyTable, packed
    signal input cipher[1 + nHoldings \ HOLDINGS_PER_WORD()];
    signal input context;

    // ── PRIVATE: the claim's parts, public by their sum ──────────────────────────────────────────────────────────────
    signal input coverage;
    signal input onAnyTable;                             // 1: right on any table ever signed, not the newest alone

    // ── PRIVATE: keys and account ────────────────────────────────────────────────────────────────────────────────────
    signal input spendKey;
    signal input version;                                // of the old state
    signal input readKey;                                // of the old state
    signal input oldInstruments[nHoldings];
    signal input oldSizes[nHoldings];
    signal input instruments[nHoldings];
    signal input sizes[nHoldings];

    // ── PRIVATE: the move ────────────────────────────────────────────────────────────────────────────────────────────
    signal input move[4];                                // one-hot: collateral, credit, pair, dead
    signal input target;                                 // the instrument spent or dropped
    signal input lots;                                   // ≥ 1; 0 when something is dropped
    signal input recipient;                              // address that the exit pays
    signal input spares[2];                              // instruments that are dropped, or 0
    signal input targetKind;
    signal input targetGroup;
    signal input targetDead;
    signal input targetNumbers[5 + PNL_SIGNALS()];
    signal input targetSiblings[tableLevels][TABLE_ARITY()];

    // ── PRIVATE: the table's rows of the new holdings and the choice of S ─────────────────────────────────────────────
    signal input rowKinds[nHoldings];
    signal input rowGroups[nHoldings];
    signal input rowDead[nHoldings];
    signal input rowNumbers[nHoldings][5 + PNL_SIGNALS()];
    signal input rowSiblings[nHoldings][tableLevels][TABLE_ARITY()];
    signal input tableWords[riskWords(nGroups)];
    signal input tableNodes[tableCap];
    signal input linear[nGroups];
    signal input remainder[nGroups];
    signal input diversified;
    signal input joint;

    // 1. The claim is these parts.
    signal {maxbit} rangedCoverage <== Range(COVERAGE_BITS())(coverage);
    signal {binary} anyTable <== Bit()(onAnyTable);
    claim === rangedCoverage * (1 << CLAIM_spend_coverage()) + anyTable * (1 << CLAIM_spend_onAnyTable());

    // 2. The owner, by the spend key.
    signal spendLock <== SpendLock()(spendKey);
    signal proveKey <== ProveKey()(spendKey);
    signal owner <== Owner()(spendLock, proveKey);

    // 3. The old state.
    Holding() oldHoldings[nHoldings];
    signal oldWords[nHoldings \ HOLDINGS_PER_WORD()];
    (oldHoldings, _, _, oldWords) <== ReadHoldings(nHoldings)(oldInstruments, oldSizes);
    signal before <== AccountCommitment(nHoldings)(owner, version, readKey, oldWords);
    before === oldCommitment;

    // 4. The new state and its cipher.
    Holding() holdings[nHoldings];
    signal words[nHoldings \ HOLDINGS_PER_WORD()];
    signal issuerIds[nHoldings];
    signal {binary} isLong[nHoldings];
    (holdings, issuerIds, isLong, words) <== ReadHoldings(nHoldings)(instruments, sizes);
    signal newReadKey <== NextReadKey()(readKey);
    signal after <== AccountCommitment(nHoldings)(owner, version + 1, newReadKey, words);
    after === newCommitment;
    signal encrypted[1 + nHoldings \ HOLDINGS_PER_WORD()] <== Cipher(nHoldings)(owner, newReadKey, newCommitment, words);
    encrypted === cipher;

    // 5. One move; the first two take at least one lot, so that none makes an exit of nothing.
    signal {binary} isMove[4];
    for (var i = 0; i < 4; i++) isMove[i] <== Bit()(move[i]);
    isMove[0] + isMove[1] + isMove[2] + isMove[3] === 1;
    signal {maxbit} rangedLots <== Range(LOTS_BITS())(lots);
    signal {binary} drops <== Bit()(isMove[2] + isMove[3]);
    signal noLots <== IsZero()(rangedLots);
    noLots === drops;
    _ <== Range(RECIPIENT_BITS())(recipient);
    //    No vault pays address 0: what left for it would be lost.
    signal noRecipient <== IsZero()(recipient);
    isMove[0] * noRecipient === 0;

    // 6. The target's row allows it.
    signal {maxbit} rangedTarget <== Range(INSTRUMENT_BITS())(target);
    signal epoch <== TableRoot(riskWords(nGroups), tableCap)(tableWords, tableNodes);
    epoch === tableRoot;
    Row(nGroups) targetRow;
    signal {binary} isCollateral;
    signal {binary} isCredit;
    (targetRow, isCollateral, isCredit) <== LookUp(nGroups, tableLevels, tableCap)(
        rangedTarget, targetKind, targetGroup, targetDead, targetNumbers, targetSiblings, tableNodes
    );
    isMove[0] * (1 - isCollateral) === 0;
    (isMove[1] + isMove[2]) * (1 - isCredit) === 0;
    isMove[3] * (1 - targetDead) === 0;

    // 7. What was held of it, and of its release if it is credit; 0 where there is none.
    signal isTarget[nHoldings];
    signal isPartner[nHoldings];
    signal targetSize[nHoldings];
    signal partnerSize[nHoldings];
    var heldTarget = 0;
    var heldPartner = 0;
    for (var i = 0; i < nHoldings; i++) {
        isTarget[i] <== IsEqual()([oldHoldings[i].instrument, target]);
        isPartner[i] <== IsEqual()([oldHoldings[i].instrument, target + 1]);
        targetSize[i] <== isTarget[i] * oldHoldings[i].size;
        partnerSize[i] <== isPartner[i] * oldHoldings[i].size;
        heldTarget += targetSize[i];
        heldPartner += partnerSize[i];
    }

    // 8. Collateral stays ≥ 0, net debt within the cap, and a dropped pair sums to 0.
    signal collateralLeft <== isMove[0] * (heldTarget - rangedLots);
    _ <== Range(LOTS_BITS())(collateralLeft);
    signal creditLeft <== isMove[1] * (targetRow.cap + heldTarget - rangedLots + heldPartner);
    _ <== Range(LOTS_BITS() + 2)(creditLeft);
    isMove[2] * (heldTarget + heldPartner) === 0;
    //    Who books credit keeps a place for the release, or could never take back what was repaid.
    signal partnerless <== IsZero()(heldPartner);
    signal hasPlace <== IsZero()(holdings[nHoldings - 1].instrument);
    signal stranded <== partnerless * (1 - hasPlace);
    isMove[1] * stranded === 0;

    // 9. The new state is the old one less those lots, or less all that is dropped. Something is taken: a drop of what isn't
    //    held would be a new version for nothing, let through where nothing else is. A pair that is held has both halves.
    signal dropped <== drops * heldTarget;
    signal taken <== rangedLots + dropped;
    NonZero()(taken);
    signal partnerTaken <== isMove[2] * heldPartner;
    signal partnerTakenFrom <== isMove[2] * (target + 1);
    Holding() items[nHoldings + 2];
    for (var i = 0; i < nHoldings; i++) items[i] <== oldHoldings[i];
    (items[nHoldings], _, _) <== ReadHolding()(rangedTarget, 0 - taken);
    (items[nHoldings + 1], _, _) <== ReadHolding()(partnerTakenFrom, 0 - partnerTaken);
    Conserve(nHoldings + 2, nHoldings, 2)(items, holdings, spares);

    // 10. The exit, when collateral leaves.
    signal salt <== Hash(TAG_SALT(), 1)([newReadKey]);
    signal leaf <== ExitLeaf()(target, rangedLots, recipient, salt);
    exitLeaf === isMove[0] * leaf;

    // 11. The result is covered, unless a drop left E and R as they were or nothing but collateral ≥ 0 is left. A pair
    //     sums to 0 on every table, and so does what is owed by who owes nothing; what is dead, the newest table says.
    anyTable * isMove[3] === 0;
    signal {binary} owesNothing <== Bit()(anyTable * (1 - drops));
    Row(nGroups) rows[nHoldings];
    signal {binary} isKept[nHoldings];
    for (var i = 0; i < nHoldings; i++) {
        (rows[i], isKept[i], _) <== LookUp(nGroups, tableLevels, tableCap)(
            holdings[i].instrument, rowKinds[i], rowGroups[i], rowDead[i], rowNumbers[i], rowSiblings[i], tableNodes
        );
        owesNothing * (1 - isKept[i]) === 0;
        owesNothing * (1 - isLong[i]) === 0;
    }
    signal equity;
    signal requirement;
    (equity, requirement) <== Margin(nHoldings, nGroups)(
        issuerIds, sizes, isLong, rows, tableWords, linear, remainder, diversified, joint
    );
    signal {binary} needed <== Bit()(1 - drops - owesNothing);
    Covered()(needed, equity, requirement, rangedCoverage);

    // 12. The context is part of the statement.
    signal bound <== context * context;
}
