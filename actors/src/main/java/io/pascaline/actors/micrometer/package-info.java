// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Metrics for a Micrometer registry; the only package that needs micrometer-core, optional. */
package io.pascaline.actors.micrometer;
