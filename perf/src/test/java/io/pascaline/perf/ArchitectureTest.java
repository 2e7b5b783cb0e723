// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The import table of docs/architecture.md, held. */
class ArchitectureTest {
  private static final String ROOT = "io.pascaline.";
  private static JavaClasses production;

  /** A module and the modules that it may use. */
  record Row(String module, List<String> mayUse) {}

  static List<Row> table() {
    return List.of(
        new Row("protocols", List.of()),
        new Row("layers", List.of("protocols")),
        new Row("transport", List.of()),
        new Row("actors", List.of("protocols", "layers", "transport")),
        new Row("images", List.of()),
        new Row("training", List.of("protocols", "layers", "images")),
        new Row("sim", List.of("protocols", "layers", "transport", "actors")),
        new Row(
            "cli",
            List.of("protocols", "layers", "transport", "actors", "images", "sim", "training")));
  }

  @BeforeAll
  static void importClasses() {
    production =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.pascaline");
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
        .resideInAnyPackage(ROOT + "images..", "java..", "javax.imageio..")
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
}
