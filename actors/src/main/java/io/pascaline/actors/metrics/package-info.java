/** What is measured of a role, as a port: no registry and no library is needed to run without. */
package io.pascaline.actors.metrics;
