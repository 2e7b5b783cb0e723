// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/** The heap that -Xmx, or the JVM's default, sets. */
final class HeapSetting {
  private static final String DIAGNOSTIC = "com.sun.management:type=HotSpotDiagnostic";

  private HeapSetting() {}

  /** Returns the setting; empty in a JVM that does not tell. */
  static OptionalLong bytes() {
    try {
      CompositeData option =
          (CompositeData)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName(DIAGNOSTIC),
                      "getVMOption",
                      new Object[] {"MaxHeapSize"},
                      new String[] {String.class.getName()});
      return OptionalLong.of(Long.parseLong((String) option.get("value")));
    } catch (JMException | RuntimeException otherJvm) {
      return OptionalLong.empty();
    }
  }
}
