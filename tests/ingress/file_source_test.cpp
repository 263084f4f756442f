#include "ingress/file_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "ingress/manifests.hpp"
#include "ingress/temp_folder.hpp"

namespace fairway::ingress::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FileSourceTest : public testing::Test {
protected:
    bool has(const std::string& ingress) const { return store.find<k8s::Ingress>({"default", ingress}) != nullptr; }
    std::string host_of(const std::string& ingress) const {
        const auto* object = store.find<k8s::Ingress>({"default", ingress});
        return object == nullptr ? "" : object->rules.front().host;
    }
    std::string messages() const {
        std::string text;
        for (const auto& diagnostic : book.current().diagnostics) text += diagnostic.to_string() + "\n";
        return text;
    }

    TempFolder folder;
    ObjectStore store;
    DiagnosticBook book;
};

TEST_F(FileSourceTest, ReadsFoldersRecursivelyAndOnlyManifests) {
    folder.write("a.yaml", ingress_manifest("a", "a.example.com"));
    folder.write("deep/er/b.yml", ingress_manifest("b", "b.example.com"));
    folder.write("deep/c.json",
                 R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"ports":[{"port":80}]}})");
    folder.write("notes.txt", "no manifest");
    folder.write(".hidden.yaml", ingress_manifest("hidden", "hidden.example.com"));
    folder.write("..2024/d.yaml", ingress_manifest("d", "d.example.com"));
    FileSource({folder.path()}, store, book).load_all();
    EXPECT_TRUE(has("a"));
    EXPECT_TRUE(has("b"));
    EXPECT_NE(store.find<k8s::Service>({"default", "web"}), nullptr);
    EXPECT_FALSE(has("hidden"));
    EXPECT_FALSE(has("d"));
    EXPECT_EQ(messages(), "");
}

TEST_F(FileSourceTest, ReadsAFileOfAnyNameWhenNamed) {
    folder.write("manifest", ingress_manifest("a", "a.example.com"));
    FileSource({folder / "manifest"}, store, book).load_all();
    EXPECT_TRUE(has("a"));
}

TEST_F(FileSourceTest, SamePathTwiceIsReadOnce) {
    folder.write("a.yaml", ingress_manifest("a", "a.example.com"));
    FileSource({folder.path(), folder / "a.yaml", folder / "./a.yaml", folder.path() / ""}, store, book).load_all();
    EXPECT_EQ(messages(), "");
}

TEST_F(FileSourceTest, MissingPathRefusesTheStart) {
    FileSource({folder / "nowhere"}, store, book).load_all();
    EXPECT_TRUE(book.current().refuses_start());
    EXPECT_THAT(messages(), HasSubstr("nowhere: error: no such file or folder"));
}

TEST_F(FileSourceTest, FolderWithoutManifestsIsAWarning) {
    FileSource({folder.path()}, store, book).load_all();
    EXPECT_FALSE(book.current().refuses_start());
    EXPECT_THAT(messages(), HasSubstr("holds no .yaml, .yml or .json file"));
}

TEST_F(FileSourceTest, BrokenFileNamesItsPlaceAndRefusesTheStart) {
    folder.write("a.yaml", "apiVersion: v1\nkind: Service\n  bad: [\n");
    FileSource({folder.path()}, store, book).load_all();
    EXPECT_TRUE(book.current().refuses_start());
    EXPECT_THAT(messages(), HasSubstr("a.yaml:3"));
}

TEST_F(FileSourceTest, LoopsOfFolderLinksEnd) {
    folder.write("sub/a.yaml", ingress_manifest("a", "a.example.com"));
    fs::create_directory_symlink(folder.path(), folder / "sub/loop");
    FileSource({folder.path()}, store, book).load_all();
    EXPECT_TRUE(has("a"));
    EXPECT_EQ(messages(), "");
}

class Edited : public FileSourceTest {
protected:
    Edited() : source({folder.path()}, store, book) {
        folder.write("a.yaml",
                     ingress_manifest("a", "a.example.com") + "---\n" + ingress_manifest("b", "b.example.com"));
        folder.write("z.yaml", ingress_manifest("z", "z.example.com"));
        source.load_all();
        store.take_changes();
    }
    FileSource source;
};

TEST_F(Edited, OnlyTheChangedFileIsReadAgain) {
    folder.write("z.yaml", ingress_manifest("z", "new.example.com"));
    EXPECT_TRUE(source.rescan(FileSource::Reread::changed));
    const auto changes = store.take_changes();
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes.front().key.name.name, "z");
    EXPECT_EQ(host_of("z"), "new.example.com");
}

TEST_F(Edited, EqualContentIsNoChange) {
    folder.write("z.yaml", ingress_manifest("z", "z.example.com"));
    EXPECT_FALSE(source.refresh(folder / "z.yaml"));
    EXPECT_TRUE(store.take_changes().empty());
}

TEST_F(Edited, RemovedObjectGoes) {
    folder.write("a.yaml", ingress_manifest("a", "a.example.com"));
    EXPECT_TRUE(source.refresh(folder / "a.yaml"));
    EXPECT_TRUE(has("a"));
    EXPECT_FALSE(has("b"));
}

TEST_F(Edited, RemovedFileTakesItsObjectsAlong) {
    fs::remove(folder / "a.yaml");
    EXPECT_TRUE(source.refresh(folder / "a.yaml"));
    EXPECT_FALSE(has("a"));
    EXPECT_FALSE(has("b"));
    EXPECT_TRUE(has("z"));
}

TEST_F(Edited, RefusedObjectKeepsItsLastGoodVersion) {
    auto broken = ingress_manifest("a", "a2.example.com");
    broken.replace(broken.find("Prefix"), 6, "Perfix");
    folder.write("a.yaml", broken + "---\n" + ingress_manifest("b", "b2.example.com"));
    source.refresh(folder / "a.yaml");
    EXPECT_EQ(host_of("a"), "a.example.com");
    EXPECT_EQ(host_of("b"), "b2.example.com");
    EXPECT_THAT(messages(), HasSubstr("did you mean \"Prefix\""));
    EXPECT_THAT(messages(), HasSubstr("Ingress default/a: keeps its last good version"));
}

TEST_F(Edited, TruncatedFileKeepsWhatItHadAfterTheBreak) {
    folder.write("a.yaml", ingress_manifest("a", "a2.example.com") + "---\nkind: [unclosed\n");
    source.refresh(folder / "a.yaml");
    EXPECT_EQ(host_of("a"), "a2.example.com");
    EXPECT_EQ(host_of("b"), "b.example.com");
    folder.write("a.yaml", ingress_manifest("a", "a3.example.com"));
    source.refresh(folder / "a.yaml");
    EXPECT_EQ(host_of("a"), "a3.example.com");
    EXPECT_FALSE(has("b"));
    EXPECT_EQ(messages(), "");
}

TEST_F(Edited, SecondDefinitionWaitsUntilTheFirstIsGone) {
    folder.write("m.yaml", ingress_manifest("a", "second.example.com"));
    source.rescan(FileSource::Reread::changed);
    EXPECT_EQ(host_of("a"), "a.example.com");
    EXPECT_THAT(messages(), HasSubstr("m.yaml:1:1: error: Ingress default/a: is already defined at"));
    fs::remove(folder / "a.yaml");
    source.rescan(FileSource::Reread::changed);
    EXPECT_EQ(host_of("a"), "second.example.com");
    EXPECT_EQ(messages(), "");
}

TEST_F(Edited, EarlierFileTakesOverADefinition) {
    folder.write("0.yaml", ingress_manifest("a", "earlier.example.com"));
    source.rescan(FileSource::Reread::changed);
    EXPECT_EQ(host_of("a"), "earlier.example.com");
    EXPECT_THAT(messages(), HasSubstr("a.yaml:1:1: error: Ingress default/a: is already defined at"));
}

TEST_F(Edited, UnreadableFileKeepsItsObjects) {
    if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
    ::chmod((folder / "a.yaml").c_str(), 0);
    source.rescan(FileSource::Reread::all);
    EXPECT_TRUE(has("a"));
    EXPECT_THAT(messages(), HasSubstr("cannot be read"));
}

TEST_F(Edited, FolderThatVanishesTakesItsObjectsAlong) {
    fs::remove_all(folder.path());
    EXPECT_TRUE(source.rescan(FileSource::Reread::changed));
    EXPECT_FALSE(has("a"));
    EXPECT_FALSE(has("z"));
    EXPECT_THAT(messages(), HasSubstr("no such file or folder"));
}

}  // namespace
}  // namespace fairway::ingress::test
