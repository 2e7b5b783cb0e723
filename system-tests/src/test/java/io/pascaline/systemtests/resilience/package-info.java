// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * What a deployment must survive: killed processes, lost and reordered datagrams, hours of load.
 * Every test has a short version that always runs and a long one behind a system property.
 */
package io.pascaline.systemtests.resilience;
