// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Attacks on a running deployment: real nodes over UDP, with honest work beside them that must come
 * out right. {@code docs/threat-model.md} says which test stands for which attack.
 */
package io.pascaline.actors.attack;
