// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Fixtures that the tests of several modules share: small networks with random weights and the
 * check of their answers, identities that know each other, certificates, and roles in JVMs of their
 * own. The module stands below {@code actors}, so that the tests of actors and of all modules above
 * may use it.
 */
package io.pascaline.testsupport;
