// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * What a role must never forget: which correlations it may have used. Two ports, kept in memory
 * (embedded and simulated runs) or in the files of a state folder (one process per role).
 */
package io.pascaline.actors.state;
