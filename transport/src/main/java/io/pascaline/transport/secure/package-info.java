// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The secure channel of a link: identities, the handshake that turns two of them into keys, and the
 * frames sealed with those keys. No I/O and no threads; {@code docs/wire-format.md} has the bytes
 * and the table of states, {@code docs/adr/0010-secure-channel.md} the reasons.
 *
 * <p>Security model: an attacker owns the network, and may know every public key. Identities'
 * private keys are secret at both ends while the handshake runs; what was said before stays secret
 * when they leak later.
 */
package io.pascaline.transport.secure;
