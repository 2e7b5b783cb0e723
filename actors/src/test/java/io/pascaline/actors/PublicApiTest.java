// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public and protected members of the API package are those of {@code actors/api.txt}, so that
 * a change of the API is seen in review. {@code -Dpascaline.api.write=true} writes the file anew.
 */
class PublicApiTest {
  private static final String PACKAGE = "io.pascaline.actors.api";
  private static final Path CLASSES = Path.of("target/classes", PACKAGE.split("\\."));
  private static final Path SIGNATURES = Path.of("api.txt");

  @Test
  void shouldHaveTheMembersThatTheSignatureFileLists() throws Exception {
    List<String> signatures = new ArrayList<>();
    for (Class<?> type : publicTypes()) {
      signatures.addAll(signatures(type));
    }
    assertFalse(signatures.isEmpty(), "no public class in " + CLASSES);
    if (Boolean.getBoolean("pascaline.api.write")) {
      Files.write(SIGNATURES, signatures);
    }

    assertEquals(
        Files.readString(SIGNATURES),
        signatures.stream().map(line -> line + "\n").collect(Collectors.joining()),
        "the API changed: if that is meant, say so in CHANGELOG.md and run"
            + " mvn -pl actors -am test -Dtest=PublicApiTest -Dpascaline.api.write=true"
            + " -Dsurefire.failIfNoSpecifiedTests=false");
  }

  private static List<Class<?>> publicTypes() throws IOException, ClassNotFoundException {
    List<String> names;
    try (Stream<Path> files = Files.list(CLASSES)) {
      names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
              .map(name -> PACKAGE + "." + name.substring(0, name.length() - ".class".length()))
              .sorted()
              .toList();
    }
    List<Class<?>> types = new ArrayList<>();
    for (String name : names) {
      Class<?> type = Class.forName(name, false, PublicApiTest.class.getClassLoader());
      if (isAccessible(type)) {
        types.add(type);
      }
    }
    return types;
  }

  /** Returns whether a type and all that enclose it can be named from outside. */
  private static boolean isAccessible(Class<?> type) {
    if (type.isAnonymousClass() || type.isLocalClass() || !isVisible(type.getModifiers())) {
      return false;
    }
    return type.getEnclosingClass() == null || isAccessible(type.getEnclosingClass());
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static List<String> signatures(Class<?> type) {
    TreeSet<String> members = new TreeSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (isListed(field)) {
        members.add("  " + field.toGenericString());
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (isListed(constructor)) {
        members.add("  " + constructor.toGenericString());
      }
    }
    for (Method method : type.getDeclaredMethods()) {
      if (isListed(method) && !method.isBridge()) {
        members.add("  " + method.toGenericString());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(header(type) + supertypes(type));
    lines.addAll(members);
    return lines;
  }

  /** Returns what a type is; Class.toGenericString differs between releases of Java. */
  private static String header(Class<?> type) {
    String kind =
        type.isRecord()
            ? "record"
            : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
    int implied = type.isInterface() ? Modifier.INTERFACE | Modifier.ABSTRACT : 0;
    String modifiers = Modifier.toString(type.getModifiers() & ~implied);
    String parameters =
        Arrays.stream(type.getTypeParameters())
            .map(Type::getTypeName)
            .collect(Collectors.joining(",", "<", ">"));
    return modifiers
        + (type.isSealed() ? " sealed " : " ")
        + kind
        + " "
        + type.getTypeName()
        + (parameters.equals("<>") ? "" : parameters);
  }

  private static boolean isListed(Member member) {
    return isVisible(member.getModifiers()) && !member.isSynthetic();
  }

  private static String supertypes(Class<?> type) {
    List<String> names = new ArrayList<>();
    if (type.getGenericSuperclass() != null && type.getSuperclass() != Object.class) {
      names.add(type.getGenericSuperclass().getTypeName());
    }
    Arrays.stream(type.getGenericInterfaces()).map(Type::getTypeName).forEach(names::add);
    return names.isEmpty() ? "" : " : " + String.join(", ", names);
  }
}
