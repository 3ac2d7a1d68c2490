pragma circom 2.2.0;

include "lib/account.circom";
include "lib/table.circom";
include "lib/holdings.circom";
include "lib/keys.circom";
include "lib/margin.circom";
include "lib/ranges.circom";
include "lib/ciphertext.circom";
include "lib/tree.circom";

/**
 * @title  Solvency
 * @notice One account under accountsRoot is mine; it is covered on tableRoot at `coverage`; my alias at `issuerId` is
 *         `alias`; my holdings of these two distinct instruments are exactly these sizes; what is encrypted is true.
 *         Shown to desks and venues (report = 0) and to the Report (report = 1).
 */
template Solvency(nHoldings, nGroups, tableLevels, tableCap, treeDepth, nNotes) {
    // ── PUBLIC ───────────────────────────────────────────────────────────────────────────────────────────────────────
    signal input accountsRoot;
    signal input tableRoot;
    signal input alias;                                  // P(ALIAS, owner, issuerId, salt)
    signal input claim;                                  // the parts below, packed
    signal input committee;                              // P(COMMITTEE, PK_1, PK_2, PK_3)
    signal input ciphertext[6];
    signal input context;                                // chain, contract, submitter, deadline

    // ── PRIVATE: the claim's parts, public by their sum ──────────────────────────────────────────────────────────────
    signal input coverage;                               // basis points
    signal input report;                                 // 1: encrypted totals, 0: encrypted read key
    signal input withSpendKey;                           // 1: the prover holds the spend key
    signal input issuerId;
    signal input salt;                                   // 0 at desks and venues, the epoch at the Report
    signal input shown[2];                               // two instruments, distinct or 0; 0 shows nothing
    signal input shownSizes[2];

    // ── PRIVATE: keys and account ────────────────────────────────────────────────────────────────────────────────────
    signal input spendLock;                              // P(SPEND, spendKey)
    signal input proveKey;
    signal input spendKey;                               // any value when withSpendKey = 0
    signal input version;
    signal input readKey;                                // of this version
    signal input instruments[nHoldings];
    signal input sizes[nHoldings];
    signal input accountDepth;                           // path of the account under accountsRoot
    signal input accountIndex;
    signal input accountSiblings[treeDepth];

    // ── PRIVATE: the table's rows and the choice of S ─────────────────────────────────────────────────────────────────
    signal input rowKinds[nHoldings];
    signal input rowGroups[nHoldings];
    signal input rowDead[nHoldings];
    signal input rowNumbers[nHoldings][5 + PNL_SIGNALS()];
    signal input rowSiblings[nHoldings][tableLevels][TABLE_ARITY()];
    signal input tableWords[riskWords(nGroups)];
    signal input tableNodes[tableCap];
    signal input linear[nGroups];                        // S_g / 3
    signal input remainder[nGroups];                     // N_g
    signal input diversified;                            // D
    signal input joint;                                  // X

    // ── PRIVATE: encryption ─────────────────────────────────────────────────────────────────────────────────────────────
    signal input committeeKeys[6];                       // x, y of PK_1, PK_2, PK_3
    signal input ciphertextScalar;                             // r

    // 1. The claim is these parts.
    signal {maxbit} rangedCoverage <== Range(COVERAGE_BITS())(coverage);
    signal {binary} isReport <== Bit()(report);
    signal {binary} hasSpendKey <== Bit()(withSpendKey);
    _ <== Range(ISSUER_BITS())(issuerId);
    _ <== Range(SALT_BITS())(salt);
    var packed = rangedCoverage * (1 << CLAIM_solvency_coverage()) + isReport * (1 << CLAIM_solvency_report())
        + hasSpendKey * (1 << CLAIM_solvency_withSpendKey()) + issuerId * (1 << CLAIM_solvency_issuerId())
        + salt * (1 << CLAIM_solvency_salt());
    var shownAt[2] = [CLAIM_solvency_instrumentA(), CLAIM_solvency_instrumentB()];
    var sizeAt[2] = [CLAIM_solvency_sizeA(), CLAIM_solvency_sizeB()];
    for (var k = 0; k < 2; k++) {
        _ <== Range(INSTRUMENT_BITS())(shown[k]);
        packed += shown[k] * (1 << shownAt[k]) + (shownSizes[k] + (1 << LOTS_BITS())) * (1 << sizeAt[k]);
    }
    packed === claim;

    // 2. The owner, the alias, and the spend key if it is claimed.
    signal owner <== Owner()(spendLock, proveKey);
    signal named <== Alias()(owner, issuerId, salt);
    named === alias;
    signal opened <== SpendLock()(spendKey);
    hasSpendKey * (opened - spendLock) === 0;

    // 3. The account, under accountsRoot.
    Holding() holdings[nHoldings];
    signal words[nHoldings \ HOLDINGS_PER_WORD()];
    signal issuerIds[nHoldings];
    signal {binary} isLong[nHoldings];
    (holdings, issuerIds, isLong, words) <== ReadHoldings(nHoldings)(instruments, sizes);
    signal commitment <== AccountCommitment(nHoldings)(owner, version, readKey, words);
    signal root <== TreeRoot(treeDepth)(commitment, accountDepth, accountIndex, accountSiblings);
    root === accountsRoot;

    // 4. It is covered on tableRoot.
    signal epoch <== TableRoot(riskWords(nGroups), tableCap)(tableWords, tableNodes);
    epoch === tableRoot;
    Row(nGroups) rows[nHoldings];
    for (var i = 0; i < nHoldings; i++) {
        (rows[i], _, _) <== LookUp(nGroups, tableLevels, tableCap)(
            holdings[i].instrument, rowKinds[i], rowGroups[i], rowDead[i], rowNumbers[i], rowSiblings[i], tableNodes
        );
    }
    signal equity;
    signal requirement;
    (equity, requirement) <== Margin(nHoldings, nGroups)(
        issuerIds, sizes, isLong, rows, tableWords, linear, remainder, diversified, joint
    );
    signal {binary} always <== Bit()(1);
    Covered()(always, equity, requirement, rangedCoverage);

    // 5. The two holdings shown are exact: instruments are unique, so a sum over matches is the holding or 0.
    signal match[2][nHoldings];
    signal matched[2][nHoldings];
    for (var k = 0; k < 2; k++) {
        var size = 0;
        for (var i = 0; i < nHoldings; i++) {
            match[k][i] <== IsEqual()([holdings[i].instrument, shown[k]]);
            matched[k][i] <== match[k][i] * holdings[i].size;
            size += matched[k][i];
        }
        size === shownSizes[k];
    }
    signal sameShown <== IsEqual()([shown[0], shown[1]]);
    sameShown * shown[0] === 0;

    // 6. What the committee can read.
    signal {maxbit} equityUsd <== WholeUsd(0)(isReport, equity);
    signal {maxbit} requirementUsd <== WholeUsd(1)(isReport, requirement);
    signal committeeHash;
    signal encrypted[6];
    (committeeHash, encrypted) <== Ciphertext()(isReport, committeeKeys, ciphertextScalar, readKey, equityUsd, requirementUsd);
    committeeHash === committee;
    encrypted === ciphertext;

    // 7. The context is part of the statement.
    signal bound <== context * context;
}
