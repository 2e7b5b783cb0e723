// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PublishedModulesTest {
  @Test
  void shouldGiveEveryModuleTheVersionOfTheRoot() throws Exception {
    String version = Pom.read("").version();
    for (Pom module : Pom.modules()) {
      assertEquals(version, module.version(), module.artifactId());
    }
    assertEquals(
        version,
        Pom.read("docs/examples/consumer").text("/project/properties/pascaline.version"),
        "docs/examples/consumer");
  }

  @Test
  void shouldListExactlyThePublishedJarsInTheBillOfMaterials() throws Exception {
    Set<String> published =
        Pom.modules().stream()
            .filter(module -> module.isPublished() && module.hasJar())
            .map(Pom::artifactId)
            .collect(Collectors.toCollection(TreeSet::new));
    List<String> listed =
        Pom.read("bom")
            .all(
                "/project/dependencyManagement/dependencies"
                    + "/dependency[groupId='io.pascaline']/artifactId");

    assertEquals(published, new TreeSet<>(listed));
  }

  @Test
  void shouldUseTheSameAeronAndAgronaInTheBillOfMaterials() throws Exception {
    for (String property : List.of("aeron.version", "agrona.version")) {
      String path = "/project/properties/" + property;
      assertEquals(Pom.read("").text(path), Pom.read("bom").text(path), property);
    }
  }

  @Test
  void shouldNameEveryPublishedModuleAfterItsFolder() throws Exception {
    List<Pom> jars = Pom.modules().stream().filter(Pom::hasJar).toList();
    assertFalse(jars.isEmpty());
    for (Pom module : jars) {
      if (module.isPublished()) {
        assertEquals(
            "io.pascaline." + module.folder().getFileName(),
            module.text("/project/properties/module.name"));
      }
    }
  }
}
