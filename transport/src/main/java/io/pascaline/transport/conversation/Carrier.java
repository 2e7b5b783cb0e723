// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

/** One connection, as the conversation sees it that it carries. For the node's agent. */
public interface Carrier {
  /** Closes at once; says goodbye, which ends the conversation at the remote, if it can. */
  void abort(String reason);

  /** Closes without a goodbye and leaves what it has received of an unfinished tensor. */
  void discard();
}
