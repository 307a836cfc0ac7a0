namespace Holdfast.Vault;

/// <summary>The kinds of sealed objects; the number stands in the header, the text goes into the key.</summary>
internal enum SealLabel : ushort
{
    Point = 1,
    Tombstone = 2,
    Index = 3,
    Session = 4,
    Retention = 5,
    Damage = 6,
    Retired = 7,
    Note = 8,
    Gc = 9,
    Scrub = 10,
}
