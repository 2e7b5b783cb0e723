// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** A gateway's metrics for a Micrometer registry; needs micrometer-core, optional. */
package io.pascaline.gateway.micrometer;
