// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build and of the JVM that it runs on. */
public final class Version implements IVersionProvider {
  /** For picocli, which makes one. */
  public Version() {}

  /**
   * Returns the version of this build.
   *
   * @return for instance "0.1.0"
   */
  public static String number() {
    Properties properties = new Properties();
    try (InputStream in =
        Version.class.getResourceAsStream("/io/pascaline/cli/version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      return "unknown";
    }
    return properties.getProperty("version", "unknown");
  }

  @Override
  public String[] getVersion() {
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    return new String[] {
      "pascaline " + number(),
      "Java " + Runtime.version() + ", vector kernels " + (vectors ? "on" : "off")
    };
  }
}
