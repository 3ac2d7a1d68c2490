pragma circom 2.2.0;

include "hash.circom";
include "holdings.circom";
include "ranges.circom";

/** What margin reads of one instrument in one epoch, see src/risk/row.ts; µUSD per lot. */
bus Row(nGroups) {
    /** One-hot. */
    signal {binary} group[nGroups];
    signal mark;
    signal chargeLong;
    signal chargeShort;
    signal {maxbit} cap;
    signal {maxbit} issuerCap;
    /** Scenario columns, three to a signal. */
    signal pnl[PNL_SIGNALS()];
}

/** @notice Signals that hold ω and the correlations of `groups` groups. */
function riskWords(groups) {
    var values = 1 + groups * (groups - 1) \ 2;
    return (values + CORRELATIONS_PER_WORD() - 1) \ CORRELATIONS_PER_WORD();
}

/** @notice element is one of the list. */
template Member(n) {
    signal input element;
    signal input list[n];

    signal product[n];
    product[0] <== element - list[0];
    for (var i = 1; i < n; i++) product[i] <== product[i - 1] * (element - list[i]);
    product[n - 1] === 0;
}

/** @notice P(TABLE, words…, nodes…): ω and the correlations, and the nodes that cap the rows' tree; hashed once. */
template TableRoot(nWords, nNodes) {
    signal input words[nWords];
    signal input nodes[nNodes];
    signal output out;

    component list = HashList(TAG_TABLE(), nWords + nNodes);
    for (var i = 0; i < nWords; i++) list.in[i] <== words[i];
    for (var i = 0; i < nNodes; i++) list.in[nWords + i] <== nodes[i];
    out <== list.out;
}

/**
 * @title  LookUp
 * @notice The row of an instrument in the table. Membership is enough, position isn't checked: the id is hashed with
 *         the row, and a table has one row for each. An empty slot looks up row 0.
 * @input  instrument           assumes ranged
 * @input  kind, group, dead    checked here, so that the row's first hash input packs them one way only
 * @input  numbers              mark, chargeLong, chargeShort, cap, issuerCap, pnl_0 … pnl_5
 * @input  siblings             the children of each node above the row, the row's hash among them
 * @input  nodes                the table's cap; assumes hashed by TableRoot
 * @notice Not enforced: the ranges of `numbers`; the table's signers vouch for them.
 */
template LookUp(nGroups, levels, nNodes) {
    signal input instrument;
    signal input kind;
    signal input group;
    signal input dead;
    signal input numbers[5 + PNL_SIGNALS()];
    signal input siblings[levels][TABLE_ARITY()];
    signal input nodes[nNodes];
    output Row(nGroups) row;
    signal output {binary} isCollateral;
    signal output {binary} isCredit;

    // 1. Kind, group and flag are what the first hash input packs.
    signal kindHigh <-- kind >> 1;
    signal kindLow <== kind - 2 * kindHigh;
    signal {binary} high <== Bit()(kindHigh);
    signal {binary} low <== Bit()(kindLow);
    isCollateral <== (1 - high) * (1 - low);
    isCredit <== high * (1 - low);
    signal {binary} isDead <== Bit()(dead);
    var groups = 0;
    var index = 0;
    signal isGroup[nGroups];
    for (var g = 0; g < nGroups; g++) {
        isGroup[g] <-- group == g ? 1 : 0;
        row.group[g] <== Bit()(isGroup[g]);
        groups += isGroup[g];
        index += g * isGroup[g];
    }
    groups === 1;
    index === group;

    // 2. The numbers, under their names.
    row.mark <== numbers[0];
    row.chargeLong <== numbers[1];
    row.chargeShort <== numbers[2];
    row.cap.maxbit = LOTS_BITS();
    row.cap <== numbers[3];
    row.issuerCap.maxbit = ISSUER_CAP_BITS();
    row.issuerCap <== numbers[4];
    for (var j = 0; j < PNL_SIGNALS(); j++) row.pnl[j] <== numbers[5 + j];

    // 3. The row is in the table.
    component leaf = Hash(TAG_ROW(), 6 + PNL_SIGNALS());
    leaf.in[0] <== instrument + (1 << INSTRUMENT_BITS()) * (kind + 4 * group + 32 * isDead);
    for (var j = 0; j < 5 + PNL_SIGNALS(); j++) leaf.in[1 + j] <== numbers[j];
    signal path[levels + 1];
    path[0] <== leaf.out;
    for (var l = 0; l < levels; l++) {
        Member(TABLE_ARITY())(path[l], siblings[l]);
        path[l + 1] <== Hash(TAG_TABLE_NODE(), TABLE_ARITY())(siblings[l]);
    }
    Member(nNodes)(path[levels], nodes);
}
