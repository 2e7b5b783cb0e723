// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** What a running role tells of itself: its metrics, over HTTP on this machine. */
package io.pascaline.cli.status;
