// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.protocols.random.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a server or its dealer keeps of each client: a folder for each, below the role's own, which
 * must exist. Thread-safe.
 */
final class ClientStates implements AutoCloseable {
  private static final int NAME_BYTES = 8;

  private final StateSettings settings;
  private final StateRole role;
  private final Map<String, RoleState> open = new ConcurrentHashMap<>();

  ClientStates(StateSettings settings, StateRole role) {
    this.settings = settings;
    this.role = role;
  }

  /**
   * Opens the state of a client, which stays open until all are closed.
   *
   * @param identity of the client
   * @throws io.pascaline.actors.state.StateException if its folder cannot be used
   */
  RoleState open(String identity) {
    return open.computeIfAbsent(identity, this::read);
  }

  private RoleState read(String identity) {
    if (settings.directory() == null) {
      return RoleState.inMemory();
    }
    Path folder = settings.directory().resolve("client-" + name(identity));
    return RoleState.open(new StateSettings(folder, settings.audit()), role);
  }

  /** Returns the start of the identity's hash: an identity has characters that no file has. */
  private static String name(String identity) {
    byte[] hash = Sha256.of(identity.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
  }

  /** Closes all of them; the role's own is another's to close. */
  @Override
  public void close() {
    Parts parts = new Parts();
    open.values().forEach(parts::own);
    parts.close();
  }
}
