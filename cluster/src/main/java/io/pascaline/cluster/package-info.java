// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Several cells for one operator, on Pekko Cluster: what joins cell nodes and gateway nodes. */
package io.pascaline.cluster;
