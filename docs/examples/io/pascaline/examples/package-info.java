/** How programs use Pascaline as a library. Compiled and run by the tests of {@code actors}. */
package io.pascaline.examples;
