pragma circom 2.2.0;

include "hash.circom";
include "holdings.circom";
include "keys.circom";
include "tree.circom";

/**
 * @title  ReceiveNote
 * @notice One place for a note in a receipt. In use: a note for this owner lies in its issuer's tree under notesRoot, every
 *         leg is an instrument of that issuer, and the nullifier is P(NULLIFIER, owner, leaf). Not in use: no legs, and
 *         the nullifier is P(DUMMY, proveKey, owner, oldCommitment, place), which nobody else can make.
 * @param  place  which of the receipt's notes
 * @input  nonce  serial · 2^184 + blinding, as its issuer packs it; opaque here
 * @input  depth, index, siblings  path in the issuer's tree, whose root sits at issuerId under notesRoot
 * @output legs   all empty when not in use
 */
template ReceiveNote(place, maxDepth) {
    signal input used;
    signal input owner;
    signal input proveKey;
    signal input oldCommitment;
    signal input notesRoot;
    signal input issuerId;
    signal input salt;
    signal input nonce;
    signal input instruments[NOTE_LEGS()];
    signal input sizes[NOTE_LEGS()];
    signal input depth;
    signal input index;
    signal input siblings[maxDepth];
    signal input issuerSiblings[ISSUER_DEPTH()];
    output Holding() legs[NOTE_LEGS()];
    signal output nullifier;

    signal {binary} inUse <== Bit()(used);

    // 1. Legs: the issuer's own instruments, none when not in use.
    signal legIssuers[NOTE_LEGS()];
    for (var l = 0; l < NOTE_LEGS(); l++) {
        (legs[l], legIssuers[l], _) <== ReadHolding()(instruments[l], sizes[l]);
        legs[l].instrument * (legIssuers[l] - issuerId) === 0;
        legs[l].instrument * (1 - inUse) === 0;
    }

    // 2. The leaf.
    signal recipient <== Alias()(owner, issuerId, salt);
    signal words[NOTE_WORDS()] <== PackWords(NOTE_LEGS())(legs);
    signal leaf <== Hash(TAG_NOTE(), 4)([recipient, words[0], words[1], nonce]);

    // 3. It lies under notesRoot.
    signal issuerRoot <== TreeRoot(maxDepth)(leaf, depth, index, siblings);
    component bits = Digits(ISSUER_DEPTH(), 1);
    bits.in <== issuerId;
    signal {binary} position[ISSUER_DEPTH()];
    for (var i = 0; i < ISSUER_DEPTH(); i++) position[i] <== bits.out[i];
    signal root <== PositionRoot(ISSUER_DEPTH())(issuerRoot, position, issuerSiblings);
    inUse * (root - notesRoot) === 0;

    // 4. Spent once.
    signal spent <== Hash(TAG_NULLIFIER(), 2)([owner, leaf]);
    signal dummy <== Hash(TAG_DUMMY(), 4)([proveKey, owner, oldCommitment, place]);
    nullifier <== dummy + inUse * (spent - dummy);
}
