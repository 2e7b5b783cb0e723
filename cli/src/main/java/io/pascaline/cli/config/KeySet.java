// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.settings.IdentityFile;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.transport.secure.PublicIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;

/** All keys of a deployment at once, by the names that the samples have. */
public final class KeySet {
  private KeySet() {}

  /**
   * Writes them.
   *
   * @param folder an existing folder without any of the files
   * @param random where the keys come from
   * @return what was made: the files' names, and who is to have them
   * @throws SettingsFault if one exists or cannot be written
   */
  public static Map<String, String> generate(Path folder, SecureRandom random) {
    if (!Files.isDirectory(folder)) {
      throw new SettingsFault(folder + " is no folder", "make it first: mkdir -p " + folder);
    }
    Map<String, String> made = new LinkedHashMap<>();
    for (int party = 0; party < 2; party++) {
      String name = "dealer-party" + party + ".key";
      KeyFile.generate(folder.resolve(name), random);
      made.put(name, "secret  dealer and party " + party + ", nobody else");
    }
    StringBuilder identities = new StringBuilder("identities {\n");
    for (String role : new String[] {"dealer", "party0", "party1", "client"}) {
      String name = role + ".identity";
      PublicIdentity own = IdentityFile.generate(folder.resolve(name), random).publicIdentity();
      identities.append(
          role.equals("client")
              ? "  clients = [\"" + own + "\"]\n"
              : "  " + role + " = \"" + own + "\"\n");
      made.put(name, "secret  " + role + ", nobody else");
    }
    Path all = folder.resolve("identities.conf");
    try {
      Files.writeString(all, identities.append("}\n"));
    } catch (IOException e) {
      throw new SettingsFault(
          all + " cannot be written (" + e.getMessage() + ")", "check its permissions", e);
    }
    made.put("identities.conf", "public  all roles");
    return made;
  }
}
