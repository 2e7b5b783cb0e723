// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The files that the separate roles are started from: configuration, keys and shares.
 *
 * <p>Configuration is HOCON, read strictly: a key that is not known is refused with its file and
 * line, so a mistyped setting never falls back to a default in silence. Key files hold secrets and
 * are refused when others may read them.
 */
package io.pascaline.cli.deploy;
