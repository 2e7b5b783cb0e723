// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCardTest {
  @ParameterizedTest
  @CsvSource({
    "/home/me/secret project/data.zip, data.zip",
    "/home/me/data/, data",
    "fashion-mnist:/home/me/fashion, fashion-mnist:fashion",
    "--data=/home/me/data.zip, --data=data.zip",
    "--data=cifar10:/home/me/cifar, --data=cifar10:cifar",
    "data/cats, data/cats",
    "--epochs, --epochs",
    "fashion-mnist, fashion-mnist"
  })
  void shouldShowNoFoldersOfAbsolutePaths(String word, String shown) {
    assertEquals(shown, ModelCard.withoutFolders(word));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = ';',
      value = {
        "--licence;/home/me: ask me;--licence '/home/me: ask me'",
        "--licence=MIT/X11;--epochs;--licence=MIT/X11 --epochs",
        "--licence=/etc/licences/MIT;-q;--licence=/etc/licences/MIT -q",
        "--intended-use;/work/tests only;--intended-use '/work/tests only'",
        "--intended-use;it's; --intended-use 'it'\\''s'",
        "--intended-use=$(rm *) `ls`;-q;'--intended-use=$(rm *) `ls`' -q",
        "\"--licence=two\n``` lines\";-q;'--licence=two ``` lines' -q",
        "--data;/home/me/it's  data.zip;--data 'it'\\''s  data.zip'",
        "--resume;-q;-q"
      })
  void shouldRepeatTheCommandForAShell(String first, String second, String command) {
    assertEquals(
        "./pascaline train " + command, RepeatedCommand.of(List.of("train", first, second)));
  }

  @Test
  void shouldKeepTextInItsCell() {
    assertEquals("a \\| b c d", ModelCard.cell(" a | b\r\nc\u2028d\t"));
    assertEquals("cats and dogs", ModelCard.cell("cats and dogs"));
  }
}
