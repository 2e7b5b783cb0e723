// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** What is measured of a role, as a port: no registry and no library is needed to run without. */
package io.pascaline.actors.metrics;
