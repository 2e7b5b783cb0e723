// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
