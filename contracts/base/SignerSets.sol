// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Signature} from "../interfaces/IRiskTable.sol";

/// @title  SignerSets
/// @notice m-of-n signatures over EIP-712 messages. What is signed names the set it is signed by, so members of two sets
///         never add up. After a rotation the set before stays good for a while, for messages on their way, unless the
///         owner drops it at once.
abstract contract SignerSets is EIP712, Ownable2Step {
    /// @notice Thrown when a set has nobody, somebody twice, more than 255 members, or a threshold of two thirds or less,
    ///         or above the number of members.
    error BadSignerSet(uint256 members, uint256 threshold);
    /// @notice Thrown when a message is signed by a set that isn't in force.
    error SetNotInForce(uint256 set, uint256 current);
    /// @notice Thrown when there are fewer signatures than the threshold.
    error TooFewSignatures(uint256 signatures, uint256 threshold);
    /// @notice Thrown when signatures don't come in ascending order of place, each place once.
    error PlacesNotAscending(uint256 place);
    /// @notice Thrown when a signature is not of the member at its place.
    error BadSignature(uint256 place);

    /// @notice A set came into force; the one before it is good until `overlapEnd`.
    event SignersRotated(uint256 indexed set, address[] members, uint256 threshold, uint256 overlapEnd);

    /// @notice Number of the set in force; the first is 1.
    uint256 public currentSet;
    /// @notice Until when messages of the set before are taken.
    uint256 public overlapEnd;

    mapping(uint256 set => address[]) private _members;
    mapping(uint256 set => uint256) private _threshold;

    constructor(address[] memory members, uint256 threshold, address owner_) Ownable(owner_) {
        _rotate(members, threshold, 0);
    }

    /// @notice Members of a set and how many must sign.
    function signersOf(uint256 set) external view returns (address[] memory members, uint256 threshold) {
        return (_members[set], _threshold[set]);
    }

    /// @dev Puts a new set in force. @param overlap seconds for which the set before stays good
    function _rotate(address[] memory members, uint256 threshold, uint256 overlap) internal {
        uint256 count = members.length;
        if (count == 0 || count > 255 || threshold > count || 3 * threshold <= 2 * count) {
            revert BadSignerSet(count, threshold);
        }
        for (uint256 i = 0; i < count; i++) {
            if (members[i] == address(0)) revert BadSignerSet(count, threshold);
            for (uint256 j = 0; j < i; j++) {
                if (members[i] == members[j]) revert BadSignerSet(count, threshold);
            }
        }
        uint256 set = ++currentSet;
        _members[set] = members;
        _threshold[set] = threshold;
        overlapEnd = block.timestamp + overlap;
        emit SignersRotated(set, members, threshold, overlapEnd);
    }

    /// @dev Reverts unless enough members of the set signed the struct with this hash.
    function _checkSignatures(uint256 set, bytes32 structHash, Signature[] calldata signatures) internal view {
        bool before = set + 1 == currentSet && block.timestamp < overlapEnd;
        // There is no set 0, and none of its members would have to sign.
        if (set == 0 || (set != currentSet && !before)) revert SetNotInForce(set, currentSet);
        if (signatures.length < _threshold[set]) revert TooFewSignatures(signatures.length, _threshold[set]);
        bytes32 digest = _hashTypedDataV4(structHash);
        uint256 next = 0;
        for (uint256 i = 0; i < signatures.length; i++) {
            uint256 place = signatures[i].place;
            if (place < next) revert PlacesNotAscending(place);
            next = place + 1;
            if (
                place >= _members[set].length
                    || !SignatureChecker.isValidSignatureNowCalldata(_members[set][place], digest, signatures[i].data)
            ) revert BadSignature(place);
        }
    }
}
