// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The import table of docs/architecture.md, held. */
class ArchitectureTest {
  private static final String ROOT = ProductionCode.ROOT;

  private final JavaClasses production = ProductionCode.classes();

  /** A module and the modules that it may use. */
  record Row(String module, List<String> mayUse) {}

  static List<Row> table() {
    return List.of(
        new Row("protocols", List.of()),
        new Row("layers", List.of("protocols")),
        new Row("transport", List.of()),
        new Row("actors", List.of("protocols", "layers", "transport")),
        new Row("gateway", List.of("protocols", "layers", "transport", "actors")),
        new Row("cluster", List.of("protocols", "layers", "transport", "actors", "gateway")),
        new Row("images", List.of()),
        new Row("training", List.of("protocols", "layers", "images")),
        new Row("sim", List.of("protocols", "layers", "transport", "actors")),
        new Row(
            "cli",
            List.of(
                "protocols",
                "layers",
                "transport",
                "actors",
                "gateway",
                "cluster",
                "images",
                "sim",
                "training")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void shouldImportOnlyWhatStandsAboveInTheTable(Row row) {
    List<String> allowed = new ArrayList<>(row.mayUse());
    allowed.add(row.module());
    DescribedPredicate<JavaClass> otherModule =
        DescribedPredicate.describe(
            "belong to another module than " + allowed,
            javaClass ->
                javaClass.getPackageName().startsWith(ROOT)
                    && allowed.stream()
                        .noneMatch(
                            module ->
                                (javaClass.getPackageName() + ".")
                                    .startsWith(ROOT + module + ".")));

    noClasses()
        .that()
        .resideInAPackage(ROOT + row.module() + "..")
        .should()
        .dependOnClassesThat(otherModule)
        .check(production);
  }

  @Test
  void shouldKeepProtocolsPure() {
    classes()
        .that()
        .resideInAPackage(ROOT + "protocols..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "protocols..",
            "java.lang..",
            "java.nio",
            "java.nio.charset",
            "java.math..",
            "java.security..",
            "java.util",
            "java.util.function..",
            "java.util.stream..",
            "java.util.concurrent..",
            "javax.crypto..",
            "jdk.incubator.vector..")
        .check(production);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "protocols..")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(production);
  }

  @Test
  void shouldDrawNoMaskFromGeneralPurposeGenerators() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + "protocols..",
            ROOT + "layers.compile..",
            ROOT + "transport..",
            ROOT + "actors..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Random")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.SplittableRandom")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
        .check(production);
  }

  @Test
  void shouldTouchAeronInTransportOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "transport..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.aeron..", "org.agrona..")
        .check(production);
  }

  @Test
  void shouldReadImagesWithTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage(ROOT + "images..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "images..", "java..", "javax.imageio..", "org.apache.commons.csv..")
        .check(production);
  }

  /** The launcher has DJL on the class path of the train command alone. */
  @Test
  void shouldTouchDjlInTrainingOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "training..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(production);
  }

  @Test
  void shouldKeepConversationsFreeOfAeron() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + "transport.conversation..", ROOT + "transport.secure..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.aeron..")
        .check(production);
  }

  @Test
  void shouldHaveNoCyclesBetweenPackagesOfTransport() {
    slices().matching(ROOT + "transport.(*)..").should().beFreeOfCycles().check(production);
  }

  @Test
  void shouldHaveNoCyclesBetweenModules() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(production);
  }

  @Test
  void shouldHaveNoCirclesBetweenPackages() {
    Map<String, Set<String>> imports = new HashMap<>();
    for (JavaClass type : production) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
        if (target.startsWith(ROOT) && !target.equals(type.getPackageName())) {
          imports.computeIfAbsent(type.getPackageName(), name -> new HashSet<>()).add(target);
        }
      }
    }
    Set<Set<String>> circles = new HashSet<>();
    for (String name : imports.keySet()) {
      Set<String> circle = new TreeSet<>(Set.of(name));
      reachable(name, imports).stream()
          .filter(other -> reachable(other, imports).contains(name))
          .forEach(circle::add);
      if (circle.size() > 1) {
        circles.add(circle);
      }
    }
    assertEquals(Set.of(), circles);
  }

  private static Set<String> reachable(String from, Map<String, Set<String>> imports) {
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>(imports.getOrDefault(from, Set.of()));
    while (!open.isEmpty()) {
      String next = open.remove(open.size() - 1);
      if (seen.add(next)) {
        open.addAll(imports.getOrDefault(next, Set.of()));
      }
    }
    return seen;
  }

  @Test
  void shouldKeepFixturesOutOfProductionCode() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + "testsupport..", "org.junit..")
        .check(production);
  }
}
